#include "ir/packet_words.h"
#include "report/diff.h"
#include "report/json_values.h"

namespace wallcheck::report {

namespace {

/// The contract's short form: the line, and what is said of it.
Json side(const check::DecidedBy& by, const std::vector<check::DecidedBy>& also, const std::vector<check::Assumption>& assumptions, const Sources& sources) {
  const auto without_packets = [&](const check::DecidedBy& one) {
    Json object = to_json(one, sources);
    object.erase("packets");
    object.erase("leg");
    return object;
  };
  Json object = without_packets(by);
  for (const check::DecidedBy& other : also) object["also"].push_back(without_packets(other));
  for (const check::Assumption& assumption : assumptions) object["assumptions"].push_back(to_json(assumption, sources));
  return object;
}

}  // namespace

std::string diff_json(const check::FileComparison& files) {
  Json out = Json::object();
  out["equal"] = files.equal();
  out["old"] = {{"path", files.old_name}, {"rules", files.old_rules}};
  out["new"] = {{"path", files.new_name}, {"rules", files.new_rules}};
  out["complete"] = true;
  out["changes"] = Json::array();
  for (const auto& group : files.groups) {
    const check::Comparison& comparison = group.comparison;
    for (const check::Change& change : comparison.changes) {
      Json object = Json::object();
      object["hook"] = ir::hook_name(change.path);
      if (!group.id.empty()) object["group"] = group.id;
      object["from"] = change.from;
      object["to"] = change.to;
      object["packets"] = change.before.packets;
      object["regions"] = change.packets;
      object["conditional"] = !change.assumptions_before.empty() || !change.assumptions_after.empty();
      object["witness"] = to_json(change.witness.packet);
      object["old"] = side(change.before, change.also_before, change.assumptions_before, files.old_sources);
      object["new"] = side(change.after, change.also_after, change.assumptions_after, files.new_sources);
      out["changes"].push_back(std::move(object));
    }
    if (!comparison.complete || !comparison.undecided.empty()) out["complete"] = false;
    if (!comparison.undecided.empty()) out["undecided"].push_back(comparison.undecided);
    for (const std::string& note : comparison.notes) out["notes"].push_back(note);
  }
  if (!files.only_old.empty()) out["only_old"] = files.only_old;
  if (!files.only_new.empty()) out["only_new"] = files.only_new;
  return to_text(out) + "\n";
}

}  // namespace wallcheck::report
