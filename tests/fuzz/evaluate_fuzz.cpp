// The two evaluators against one another on any file: for each class of packets that symbolic tells apart, trace says the same of a packet
// of it: verdict, deciding rule and list, translation.

#include "check/flow.h"
#include "evaluate/symbolic.h"
#include "packets/diagrams.h"
#include "target.h"

using namespace wallcheck;

namespace {

constexpr std::size_t most_classes = 64;  // of one path

void compare(const ir::Firewall& firewall, ir::Path path) {
  packets::Diagrams diagrams(fuzz::limits().graph_nodes);
  evaluate::Symbolic symbolic(firewall, diagrams);
  evaluate::Question question;
  question.path = path;
  // Later packets of filters that keep states depend on packets before them.
  const auto state = [](ir::State s) { return Uint128{static_cast<std::uint8_t>(s)}; };
  if (firewall.tracking == ir::Tracking::by_state) question.box[ir::Field::state] = {{state(ir::State::new_), state(ir::State::new_)}};
  const evaluate::Partition partition = symbolic.evaluate(question);
  packets::Set seen = packets::Set::none(diagrams);
  for (std::size_t i = 0; i < partition.outcomes().size() && i < most_classes; ++i) {
    const evaluate::Outcome& outcome = partition.outcomes()[i];
    const packets::Set packets = partition.of(i);
    fuzz::require((packets & seen).empty(), "classes are disjoint");
    seen |= packets;
    const auto point = packets.witness();
    fuzz::require(point.has_value(), "an outcome that occurs has packets");
    const evaluate::TraceResult traced = evaluate::trace(firewall, symbolic.to_packet(path, *point), symbolic.answers(*point));
    fuzz::require(traced.verdict == outcome.verdict && traced.rule == outcome.rule && traced.list == outcome.list, "trace says what symbolic says");
    fuzz::require(traced.translated_destination == outcome.diverted, "... also of translations");
  }
  if (partition.outcomes().size() <= most_classes) fuzz::require(seen == partition.all(), "classes are all packets");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const frontend::Loaded loaded = fuzz::load(fuzz::bytes_of(data, size));
  for (const ir::Firewall& firewall : loaded.firewalls)
    for (const ir::Path path : {ir::Path::ingress, ir::Path::egress, ir::Path::forward}) {
      try {
        compare(firewall, path);
      } catch (const packets::BudgetExceeded&) {
      }
    }
  return 0;
}
