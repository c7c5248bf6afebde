// Two files, divided by a byte 0x1e (record separator), and which packets change their verdict between them, in every form that it is
// written in. Input without the byte is compared with itself, to which it is equal, and with itself without the line in its middle. There
// and back are the same question, as far as nothing turns on what the files do not decide: whether that is the same in both depends on
// which rules are held to be moved.

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include "check/compare.h"
#include "check/flow.h"
#include "report/diff.h"
#include "target.h"

using namespace wallcheck;

namespace {

check::Comparison compared(frontend::Loaded& before, frontend::Loaded& after) {
  check::Comparison result;
  try {
    result = check::compare({before.firewalls[0], before.sources}, {after.firewalls[0], after.sources}, fuzz::limits());
  } catch (const packets::BudgetExceeded& error) {
    result.undecided = error.what();
  } catch (const check::Contradiction& error) {
    fuzz::require(false, error.what());
  }
  return result;
}

/// There is a change whatever the undecided conditions do.
bool differ_for_sure(const check::Comparison& comparison) {
  return std::ranges::any_of(comparison.changes, [](const check::Change& change) { return change.assumptions_before.empty() && change.assumptions_after.empty(); });
}

bool is_whole(const check::Comparison& comparison) { return comparison.undecided.empty() && comparison.complete; }

/// Both ways; `same`: they are one text.
void compare(std::string_view older, std::string_view newer, bool same) {
  frontend::Loaded before = fuzz::load(older), after = fuzz::load(newer);
  if (before.firewalls.empty() || after.firewalls.empty()) return;
  const check::Comparison forth = compared(before, after);
  if (same) fuzz::require(forth.equal(), "a file is equal to itself");

  check::FileComparison files{.old_name = "old", .new_name = "new", .old_sources = before.sources, .new_sources = after.sources, .groups = {{"", forth}},
                              .only_old = {}, .only_new = {}};
  fuzz::require(nlohmann::json::accept(report::diff_json(files)), "JSON that was written is JSON");
  for (const std::string& text : {report::diff_text({}, files), report::diff_json(files), report::diff_markdown(files)})
    fuzz::require(fuzz::is_fit_to_be_shown(text), "what is written is fit to be shown");
  if (same) return;

  // Aligning writes into both: they are read again.
  frontend::Loaded old_again = fuzz::load(older), new_again = fuzz::load(newer);
  const check::Comparison back = compared(new_again, old_again);
  if (is_whole(forth) && is_whole(back)) fuzz::require(differ_for_sure(forth) == differ_for_sure(back), "there and back are the same question");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  if (const std::size_t border = bytes.find('\x1e'); border != std::string_view::npos) {
    compare(bytes.substr(0, border), bytes.substr(border + 1), false);
    return 0;
  }
  compare(bytes, bytes, true);
  const std::size_t line = bytes.rfind('\n', size / 2) + 1;  // 0 where there is none
  const std::size_t end = std::min(bytes.find('\n', line), size);
  compare(bytes, std::string(bytes.substr(0, line)) + std::string(bytes.substr(end)), false);
  return 0;
}
