// SPDX-License-Identifier: Apache-2.0
#include "harness/link_faults.hpp"

#include <algorithm>

#include "eddy_pkg.hpp"

namespace eddy::sim {
namespace {

pkg::kind_e kind_of(FaultKind fault) {
  switch (fault) {
    case FaultKind::drop_token:
      return pkg::kind_e::KindToken;
    case FaultKind::drop_credit:
      return pkg::kind_e::KindCredit;
    default:
      return pkg::kind_e::KindEvent;
  }
}

}  // namespace

void LinkFaults::credits(std::array<std::uint8_t, kLinks>& credit) {
  for (Copy& copy : copies_) {
    const auto bit = static_cast<std::uint8_t>(1U << copy.link.vc);
    if (copy.has_credit || (credit[copy.port] & bit) == 0) continue;
    credit[copy.port] = static_cast<std::uint8_t>(credit[copy.port] & ~bit);
    copy.has_credit = true;
  }
  if (dropped_ == 0) return;
  for (std::size_t port = 0; port < kLinks; ++port) {
    for (std::size_t vc = 0; vc < owed_[port].size(); ++vc) {
      // One pulse a cycle and channel: the neighbour's own goes first.
      if (owed_[port][vc] == 0 || ((credit[port] >> vc) & 1U) != 0) continue;
      credit[port] = static_cast<std::uint8_t>(credit[port] | 1U << vc);
      --owed_[port][vc];
      --dropped_;
    }
  }
}

void LinkFaults::pass(std::size_t port, LinkFlit& link) {
  if (!link.valid) {
    const auto ready = std::find_if(copies_.begin(), copies_.end(),
                                    [&](const Copy& copy) { return copy.port == port && copy.has_credit; });
    if (ready == copies_.end()) return;
    link = ready->link;
    copies_.erase(ready);
    return;
  }

  const pkg::kind_e kind = pkg::flit_t::from_u64(link.flit).kind;
  for (std::size_t i = 0; i < faults_.size(); ++i) {
    Planted& planted = faults_[i];
    if (kind != kind_of(planted.fault.kind) || planted.seen++ != planted.fault.n) continue;
    if (planted.fault.kind == FaultKind::double_event) {
      copies_.push_back({port, link, false});
    } else {
      link.valid = false;
      ++owed_[port][link.vc];
      ++dropped_;
    }
    faults_.erase(faults_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

}  // namespace eddy::sim
