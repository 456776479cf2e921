// SPDX-License-Identifier: Apache-2.0
#include "harness/crew.hpp"

namespace eddy::sim {
namespace {

// A cycle takes microseconds, so the next one is near: look for it a while before the processor is given away.
constexpr int Looks = 2000;

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
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Crew::serve(std::size_t member) {
  unsigned seen = 0;
  for (;;) {
    for (int look = 0; look < Looks && round_.load(std::memory_order_acquire) == seen; ++look) relax();
    round_.wait(seen, std::memory_order_acquire);
    ++seen;
    if (end_) return;
    (*work_)(member);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

void Crew::run(const std::function<void(std::size_t)>& work) {
  work_ = &work;
  busy_.store(threads_.size(), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  work(0);
  for (int look = 0; busy_.load(std::memory_order_acquire) != 0; ++look) {
    if (look < Looks)
      relax();
    else
      std::this_thread::yield();
  }
}

}  // namespace eddy::sim
