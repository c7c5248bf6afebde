#include "evaluate/calls.h"

#include <algorithm>

namespace wallcheck::evaluate {

/// Tarjan's algorithm with a stack of its own: how deep calls go is the input's choice.
Calls::Calls(const ir::Firewall& firewall) : cycle_(firewall.lists.size(), 0) {
  const std::size_t count = firewall.lists.size();
  constexpr std::uint32_t unseen = 0;
  std::vector<std::uint32_t> order(count, unseen), lowest(count, 0);
  std::vector<bool> open(count, false), calls_itself(count, false);
  std::vector<ir::ListId> component;
  struct Frame {
    ir::ListId list;
    std::uint32_t next;
  };
  std::vector<Frame> frames;
  std::uint32_t seen = 0, cycles = 0;
  const auto enter = [&](ir::ListId list) {
    order[list] = lowest[list] = ++seen;
    open[list] = true;
    component.push_back(list);
    frames.push_back({list, 0});
  };
  for (ir::ListId root = 0; root < count; ++root) {
    if (order[root] != unseen) continue;
    enter(root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      const ir::ListId list = frame.list;
      const auto rules = firewall.rules_of(firewall.lists[list]);
      if (frame.next < rules.size()) {
        const ir::ListId target = firewall.rules[rules[frame.next++]].target;
        if (target == ir::none) continue;
        if (target == list) calls_itself[list] = true;
        if (order[target] == unseen) enter(target);
        else if (open[target]) lowest[list] = std::min(lowest[list], order[target]);
        continue;
      }
      frames.pop_back();
      if (!frames.empty()) lowest[frames.back().list] = std::min(lowest[frames.back().list], lowest[list]);
      if (lowest[list] != order[list]) continue;
      const bool is_cycle = component.back() != list || calls_itself[list];
      if (is_cycle) ++cycles;
      for (bool last = false; !last; component.pop_back()) {
        last = component.back() == list;
        open[component.back()] = false;
        cycle_[component.back()] = is_cycle ? cycles : 0;
      }
    }
  }
}

}  // namespace wallcheck::evaluate
