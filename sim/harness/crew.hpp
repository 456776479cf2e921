// SPDX-License-Identifier: Apache-2.0
/// Threads that share the tiles of one cycle.
///
/// Each takes the next item that is left, so that one which the system holds up delays the others by its current item
/// at most. Half of them take items from the front and half from the back: two threads keep to their own tiles, and to
/// their caches.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace eddy::sim {

class Crew {
 public:
  using Work = std::function<void(std::size_t item, std::size_t member)>;

  /// `members` counts the caller. Each of the others calls `enter` once, when it starts.
  Crew(int members, std::function<void()> enter);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  /// Calls work(item, member) for all items [0, count), count < 65536; returns when all are done. The caller is member
  /// 0.
  void run(std::size_t count, const Work& work);

 private:
  /// What is left of a round: items [front, back). In one word, so that nobody takes an item of another round.
  struct Left {
    std::uint32_t round;
    std::uint16_t front;
    std::uint16_t back;
  };

  void serve(std::size_t member);
  /// Works while there are items.
  void work_off(std::size_t member);

  const Work* work_ = nullptr;
  alignas(64) std::atomic<Left> left_{Left{0, 0, 0}};
  alignas(64) std::atomic<std::size_t> open_{0};  // items that are not done
  std::atomic<bool> end_{false};
  std::vector<std::thread> threads_;
};

}  // namespace eddy::sim
