#pragma once
// One text of a file (as it is, or a changed copy), read and ready to be asked about one of its sites.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/check.h"
#include "check/flow.h"
#include "fix/fix.h"
#include "fix/writer.h"

namespace wallcheck::fix {

/// A place that decides against packets of a flow: a rule, or a list's default; with all legs that it decides against.
struct Refusal {
  std::optional<ir::RuleId> rule;
  ir::ListId list = 0;
  std::vector<Blocked> blocked;
  long double size = 0;      ///< how many address pairs it decides about: what is broad is the place where the flow is blocked
  bool undecided = false;    ///< a condition or an action that the file does not decide: a rate, a list of banned addresses, a queue
  std::string says;          ///< what tells it from other refusals, in any version of the file
};

/// Members that ask may throw packets::BudgetExceeded and check::Contradiction.
class Version {
 public:
  /// The file as it was read.
  Version(const Subject& subject, std::size_t site);
  /// A changed copy of it; `site` is found again by its place among the file's firewalls and its group.
  Version(const Subject& subject, std::size_t site, std::string bytes);
  /// The same text, which is not read again, of another site. It lives as long as `same`.
  Version(const Version& same, std::size_t site);

  /// Why the copy does not read as well as the original; empty: it does.
  const std::string& damage() const { return damage_; }
  const ir::Firewall& firewall() const { return loaded_->firewalls[site_]; }
  const frontend::Loaded& loaded() const { return *loaded_; }
  const Sources& sources() const { return loaded_->sources; }
  std::string_view bytes() const { return loaded_->sources[0]->bytes(); }

  check::FlowVerdict verdict(const policy::Flow& flow);
  /// What decides against the services (by their place in the flow) on the first leg that does not pass, the broadest first.
  std::vector<Refusal> refusals(const policy::Flow& flow, const std::vector<std::size_t>& services);
  /// The flow's conversations at the site.
  std::vector<check::Conversation> conversations(const policy::Flow& flow, const std::vector<std::size_t>& services);

  /// Does the filter let some of these be opened without knowing their answers by a state?
  bool is_stateless(const std::vector<check::Conversation>& talks);

 private:
  void read(std::shared_ptr<const SourceFile> file);
  void ready();
  const Subject& subject_;
  std::size_t site_;
  std::optional<frontend::Loaded> own_;
  const frontend::Loaded* loaded_;
  std::string damage_;
  std::unique_ptr<packets::Diagrams> diagrams_;
  std::unique_ptr<evaluate::Symbolic> symbolic_;
  check::SharedWork shared_;
};

}  // namespace wallcheck::fix
