// SPDX-License-Identifier: Apache-2.0
/// Errors that reach the user. Each carries the exit status that the program ends with; `main` prints what() once.
/// A message says what is wrong, where, and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace eddy {

enum class ExitStatus : int {
  good = 0,
  mismatch = 1,     // the device differs from the golden model
  usage = 2,        // command line, or a file that the user wrote
  unsupported = 3,  // the model asks for what the chip cannot do, or is none
  no_fit = 4,       // the network is too large for the chip
  stuck = 5,        // watchdog, deadlock, an error that the chip reported
  input_output = 6  // file or connection
};

class Error : public std::runtime_error {
 public:
  Error(ExitStatus status, const std::string& message) : std::runtime_error(message), status_(status) {}
  [[nodiscard]] ExitStatus status() const { return status_; }
  [[nodiscard]] int exit_status() const { return static_cast<int>(status_); }

 private:
  ExitStatus status_;
};

/// An Error of one status.
template <ExitStatus Status>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(const std::string& message) : Error(Status, message) {}
};

class MismatchError : public ErrorOf<ExitStatus::mismatch> {
  using ErrorOf::ErrorOf;
};
class UsageError : public ErrorOf<ExitStatus::usage> {
  using ErrorOf::ErrorOf;
};
class ModelError : public ErrorOf<ExitStatus::unsupported> {
  using ErrorOf::ErrorOf;
};
class FitError : public ErrorOf<ExitStatus::no_fit> {
  using ErrorOf::ErrorOf;
};
class RunError : public ErrorOf<ExitStatus::stuck> {
  using ErrorOf::ErrorOf;
};
class FileError : public ErrorOf<ExitStatus::input_output> {
  using ErrorOf::ErrorOf;
};
class ConnectionError : public ErrorOf<ExitStatus::input_output> {
  using ErrorOf::ErrorOf;
};

}  // namespace eddy
