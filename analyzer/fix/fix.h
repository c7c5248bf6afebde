#pragma once
// fix: the smallest change of a file that lets a documented flow through, proved by going round again: applied to a copy in
// memory, read again, evaluated again. How a change is written is a writer's (fix/writer.h), whether it is right is decided here.
//
// A fix is offered only if all of this holds of the changed text:
//   * it reads as well as before: the same firewalls, and nothing in it that is not understood;
//   * the flow's verdict is `permitted`, or `restricted` where the policy leaves addresses or interfaces open and the file already
//     limits them; or `conditional` where rules that stand before refuse some of it on conditions that only the file's owner knows;
//   * no other flow of the file has a worse verdict;
//   * every packet whose verdict changed, on all three paths, is of the flow: its protocol, ports, addresses and interfaces, and what
//     comes the other way is an answer.

#include <functional>
#include <string>
#include <vector>

#include "base/edit.h"
#include "check/check.h"
#include "frontend/frontend.h"

namespace wallcheck::fix {

/// A file as it was read, and what it was checked against.
struct Subject {
  const frontend::Loaded& loaded;
  const frontend::Options& options;  ///< how it was read: copies are read the same way
  const check::Request& request;
};

/// Is a file of that format made from a source that it does not show? Then its copies are changed for the proof alone, and what a fix offers
/// is what to write in that source (Fix::snippet, Fix::address).
bool is_generated(ir::Format format);

/// Looks for a fix of each finding about a flow of the site (`sites[site]` is of `loaded.firewalls[site]`), each by itself and against the
/// file as it is: fills Finding::fixes, or Finding::no_fix. Never throws.
void find_fixes(const Subject& subject, std::size_t site, check::SiteResult& result);

/// Which flows of which sites to fix. Empty: every one that fails.
using Wanted = std::function<bool(std::size_t site, const check::FlowResult& flow)>;
/// Asked before a fix becomes part of a repair, e.g. of a person. Empty: yes.
using Agreed = std::function<bool(const check::Finding& finding, const check::Fix& fix, std::string_view diff)>;

/// One fix of a repair, or why there is none.
struct Repaired {
  check::Finding finding;  ///< with its fix, whose edits are of the text that the fixes before it left; or with `no_fix`
  std::string group;       ///< of the site
  bool declined = false;   ///< there is a fix, but it was not agreed to
};

/// All fixes of a file as one change.
struct Repair {
  std::vector<Edit> edits;        ///< of the file as it was read; empty: nothing is changed
  std::vector<Repaired> done;     ///< in the order of sites and flows
  std::string trouble;            ///< the fixes cannot be proved as a whole: why; then there are no edits
};

/// Fixes flow after flow, each in the text that the fixes before it left, and proves the whole. Never throws.
Repair repair(const Subject& subject, const std::vector<check::SiteResult>& sites, const Wanted& wanted = {}, const Agreed& agreed = {});

}  // namespace wallcheck::fix
