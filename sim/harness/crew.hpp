// SPDX-License-Identifier: Apache-2.0
/// Threads that share the tiles of one cycle.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace eddy::sim {

class Crew {
 public:
  /// `members` counts the caller. Each of the others calls `enter` once, when it starts.
  Crew(int members, std::function<void()> enter);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  [[nodiscard]] std::size_t members() const { return threads_.size() + 1; }

  /// Calls work(member) once in each member, the caller being member 0; returns when all are done.
  void run(const std::function<void(std::size_t member)>& work);

 private:
  void serve(std::size_t member);

  const std::function<void(std::size_t)>* work_ = nullptr;
  alignas(64) std::atomic<unsigned> round_{0};    // counts up for each run
  alignas(64) std::atomic<std::size_t> busy_{0};  // members that have not finished it
  std::atomic<bool> end_{false};
  std::vector<std::thread> threads_;
};

}  // namespace eddy::sim
