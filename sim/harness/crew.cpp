// SPDX-License-Identifier: Apache-2.0
#include "harness/crew.hpp"

namespace eddy::sim {
namespace {

// A cycle takes microseconds, so the next one is near: look for it a while before the processor is given away.
constexpr int Looks = 1000;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Crew::Crew(int members, std::function<void()> enter) {
  for (int member = 1; member < members; ++member) {
    threads_.emplace_back([this, member, enter] {
      enter();
      serve(static_cast<std::size_t>(member));
    });
  }
}

Crew::~Crew() {
  end_ = true;
  left_.store({left_.load().round + 1, 0, 0});
  left_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Crew::work_off(std::size_t member) {
  const bool from_front = member % 2 == 0;
  Left left = left_.load(std::memory_order_acquire);
  while (left.front < left.back) {
    Left rest = left;
    const std::size_t item = from_front ? rest.front++ : --rest.back;
    if (!left_.compare_exchange_weak(left, rest, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    (*work_)(item, member);
    open_.fetch_sub(1, std::memory_order_release);
    left = left_.load(std::memory_order_acquire);
  }
}

void Crew::serve(std::size_t member) {
  while (!end_) {
    work_off(member);
    const Left empty = left_.load(std::memory_order_acquire);
    if (empty.front < empty.back) continue;
    const auto same = [&] { return left_.load(std::memory_order_acquire).round == empty.round; };
    for (int look = 0; look < Looks && same(); ++look) relax();
    if (!end_) left_.wait(empty, std::memory_order_acquire);
  }
}

void Crew::run(std::size_t count, const Work& work) {
  work_ = &work;
  open_.store(count, std::memory_order_relaxed);
  left_.store({left_.load(std::memory_order_relaxed).round + 1, 0, static_cast<std::uint16_t>(count)},
              std::memory_order_release);
  left_.notify_all();
  work_off(0);
  for (int look = 0; open_.load(std::memory_order_acquire) != 0; ++look) {
    if (look < Looks)
      relax();
    else
      std::this_thread::yield();
  }
}

}  // namespace eddy::sim
