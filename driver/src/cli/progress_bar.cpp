// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_bar.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace eddy::cli {
namespace {

using namespace std::chrono_literals;
constexpr auto redraw = 100ms;
constexpr auto line_every = 10s;
constexpr int width = 30;

std::string clock_text(double seconds) {
  const int whole = static_cast<int>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar(std::string unit)
    : unit_(std::move(unit)),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + (terminal_ ? 0s : line_every)) {}

ProgressBar::~ProgressBar() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(const Progress& p, const std::string& news) {
  const auto to_go = to_go_.at(p);
  if (Clock::now() < next_) return;
  next_ = Clock::now() + (terminal_ ? std::chrono::milliseconds(redraw) : line_every);
  const std::string total = p.total == 0 ? "" : fmt::format(" of {}", p.total);
  const std::string time =
      p.cycles == 0 ? "" : fmt::format(", cycle {} ({:.0f}/s)", p.cycles, static_cast<double>(p.cycles) / p.seconds);
  const std::string left = to_go ? fmt::format(", {} to go", clock_text(*to_go)) : "";
  const std::string tail = news.empty() ? "" : ", " + news;
  const std::string text =
      fmt::format("{} {}{}{}, {}{}{}", unit_, p.done, total, time, clock_text(p.seconds), left, tail);
  if (!terminal_) {
    fmt::print(stderr, "eddy: {}\n", text);
    return;
  }
  std::string bar;
  if (p.total > 0) {
    const auto full = static_cast<std::size_t>(width * std::min(p.done, p.total) / p.total);
    bar = fmt::format("[{}{}] ", std::string(full, '#'), std::string(width - full, '.'));
  }
  fmt::print(stderr, "\r\x1b[K{}{}", bar, text);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace eddy::cli
