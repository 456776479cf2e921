// SPDX-License-Identifier: Apache-2.0
/// All registers and memories of a Verilated model to a stream and back.
#pragma once

#include <verilated_save.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <string>
#include <utility>

#include "eddy/sim/state_stream.hpp"

namespace eddy::sim {

class ModelOut final : public VerilatedSerialize {
 public:
  explicit ModelOut(std::ostream& out) : out_(out) { m_isOpen = true; }
  ~ModelOut() override { empty(); }
  void flush() override { empty(); }

 private:
  void empty() {
    out_.write(reinterpret_cast<const char*>(m_bufp), m_cp - m_bufp);
    m_cp = m_bufp;
  }
  std::ostream& out_;
};

class ModelIn final : public VerilatedDeserialize {
 public:
  explicit ModelIn(std::string bytes) : bytes_(std::move(bytes)) {
    m_isOpen = true;
    m_endp = m_cp;
  }
  void fill() override {
    const auto kept = static_cast<std::size_t>(m_endp - m_cp);
    std::memmove(m_bufp, m_cp, kept);
    const std::size_t now = std::min(bufferSize() - kept, bytes_.size() - next_);
    std::memcpy(m_bufp + kept, bytes_.data() + next_, now);
    next_ += now;
    m_cp = m_bufp;
    m_endp = m_bufp + kept + now;
  }
  [[nodiscard]] bool at_end() const { return next_ == bytes_.size() && m_cp == m_endp; }

 private:
  std::string bytes_;
  std::size_t next_ = 0;
};

template <typename Model>
void save_model(Model& model, std::ostream& out) {
  std::ostringstream bytes;
  {
    ModelOut to(bytes);
    to << model;
  }
  const std::string text = std::move(bytes).str();
  put(out, std::uint64_t{text.size()});
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

template <typename Model>
void restore_model(Model& model, std::istream& in) {
  std::uint64_t size = 0;
  get(in, size);
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  if (!in) throw SimulationError("the saved state is cut off");
  ModelIn from(std::move(text));
  from >> model;
  if (!from.at_end()) throw SimulationError("the saved state is of another chip");
}

}  // namespace eddy::sim
