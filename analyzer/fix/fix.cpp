#include "fix/fix.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "fix/changed.h"
#include "fix/proof.h"
#include "fix/version.h"
#include "fix/writer.h"

namespace wallcheck::fix {

using check::FlowVerdict;

namespace {

constexpr int most_copies = 64;  // read and evaluated for one flow
constexpr int most_changes = 4;  // places in the file that one fix changes
constexpr std::uint64_t most_read = 1'000'000'000;  // bytes of the file, once for each fix: a repair of a file of many groups takes about a minute

/// Verdicts of a kind: what does not pass in one way may fail in another on the way to passing.
FlowVerdict kind(FlowVerdict verdict) { return verdict == FlowVerdict::not_applicable ? FlowVerdict::permitted : std::min(verdict, FlowVerdict::reply_blocked); }

/// May some packet of the flow, or of its services opened the other way round, fare otherwise in the changed copy?
bool is_touched(Version& after, const policy::Flow& flow, const policy::Site& site, const ChangedBoxes& changed) {
  if (policy::direction_of(flow, site) == policy::FlowDirection::not_applicable) return false;
  for (std::size_t i = 0; i < flow.services.size(); ++i)
    for (const check::Conversation& one : after.conversations(flow, {i}))
      for (const check::Conversation& talk : {one, one.opposite()})
        for (const check::Leg leg : {check::Leg::open, check::Leg::onward, check::Leg::reply})
          if (touches(changed[static_cast<std::size_t>(talk.path_of(leg))], talk.box(leg))) return true;
  return false;
}

/// The first flow whose verdict is worse in the changed copy than it was. A flow of which no packet is touched fares as it did, and one that fails
/// altogether no worse.
const check::FlowResult* worse(const Subject& subject, const ir::Firewall& before, const std::vector<check::FlowResult>& flows, Version& after) {
  const ChangedBoxes changed = changed_boxes(before, after.firewall());
  for (const check::FlowResult& result : flows) {
    const policy::Flow* flow = kind(result.verdict) == FlowVerdict::reply_blocked ? nullptr : subject.request.pack->flow(result.id);
    if (flow && is_touched(after, *flow, subject.request.site, changed) && kind(after.verdict(*flow)) > kind(result.verdict)) return &result;
  }
  return nullptr;
}

bool passes(FlowVerdict verdict) { return verdict <= FlowVerdict::restricted; }

std::string place_of(const Sources& sources, Span where) {
  if (where.empty()) return "";
  const std::string line = fmt::format("line {}", sources[where.file]->place(where.begin).line);
  return where.file == 0 ? line : printable(sources[where.file]->path()) + " " + line;
}

/// Looks for the change that lets one flow through, step by step: what refuses it is asked of the file, a writer says how to write
/// an exception, and the changed copy is asked again. Few changes are tried before many.
class Search {
 public:
  Search(const Subject& subject, std::size_t site, const std::vector<check::FlowResult>& flows, const policy::Flow& flow, const check::FlowResult& before)
      : subject_(subject), site_(site), flows_(flows), flow_(flow), before_(before) {}

  std::optional<check::Fix> run(Version& original) {
    original_ = &original;
    for (const std::vector<std::size_t>& services : choices(original)) {
      services_ = services;
      cut_ = true;
      for (int changes = 1; changes <= most_changes && cut_ && copies_ < most_copies; ++changes) {
        seen_.clear();
        cut_ = false;
        step(original, {}, changes);
        if (found_) return std::move(found_);
      }
    }
    if (copies_ >= most_copies || cut_) say("it would take more changes than anyone should make unseen");
    return std::nullopt;
  }
  std::string why_not() const { return why_not_.empty() ? "no change was found that lets it through and changes nothing else" : why_not_; }

 private:
  struct Written {
    std::vector<Edit> edits;  ///< of the original
    std::vector<std::string> titles, opens, commands;
    std::string snippet, address;
  };

  /// The sets of services of which all have to pass: for `any` one of them each, what is nearest to passing first.
  std::vector<std::vector<std::size_t>> choices(Version& original) const {
    std::vector<std::size_t> failing;
    std::vector<std::size_t> of_result;
    for (std::size_t i = 0; i < flow_.services.size(); ++i)
      if (!original.conversations(flow_, {i}).empty()) of_result.push_back(i);
    const std::size_t known = std::min(of_result.size(), before_.services.size());
    for (std::size_t k = 0; k < known; ++k)
      if (!passes(before_.services[k].verdict)) failing.push_back(k);
    std::ranges::stable_sort(failing, {}, [&](std::size_t k) { return flow_.require == policy::Require::any ? before_.services[k].verdict : FlowVerdict{}; });
    std::vector<std::vector<std::size_t>> sets;
    if (flow_.require == policy::Require::any)
      for (const std::size_t k : failing) sets.push_back({of_result[k]});
    else {
      sets.emplace_back();
      for (const std::size_t k : failing) sets.back().push_back(of_result[k]);
    }
    return sets;
  }

  /// `changes`: how many more there may be.
  void step(Version& version, const Written& written, int changes) {
    if (changes == 0) {
      cut_ = true;
      return;
    }
    const std::vector<Refusal> refusals = version.refusals(flow_, services_);
    if (!seen_.insert(signature(refusals)).second) return;
    for (const Refusal& refusal : refusals) {
      const Span where = refusal.rule ? version.firewall().rules[*refusal.rule].where : version.firewall().lists[refusal.list].where;
      const std::string place = place_of(version.sources(), where);
      if (where.file != 0) {
        say(fmt::format("{} decides, and that file is included: change it there", place));
        continue;
      }
      if (refusal.undecided) {
        say(fmt::format("{} refuses some of it on what the file does not decide: whether this flow may pass by that rule is for a person to say", place));
        continue;
      }
      const Need need{version.firewall(), version.sources(), flow_, refusal.blocked, &subject_.request.site, subject_.options.groups};
      std::string why_not;
      const std::vector<Candidate> candidates = writer_of(version.firewall().format).permit(need, why_not);
      if (candidates.empty()) say(why_not);
      for (const Candidate& candidate : candidates) {
        if (copies_ == most_copies) return;
        ++copies_;
        Version next(subject_, site_, edited(version.bytes(), candidate.edits));
        if (!next.damage().empty()) {
          say(next.damage());
          continue;
        }
        Written longer = written;
        add(longer, candidate);
        judge(next, longer, changes);
        if (found_) return;
      }
    }
  }

  void judge(Version& next, const Written& written, int changes) {
    const FlowVerdict after = next.verdict(flow_);
    const bool better = after == FlowVerdict::conditional && before_.verdict > FlowVerdict::diverted;
    if (passes(after) || (better && only_for_a_person(next))) {
      if (auto fix = proved(next, written, after)) found_ = std::move(fix);
    } else {
      step(next, written, changes - 1);
    }
  }

  /// Is what still refuses some of it there on purpose: a list of banned addresses, a rate, a queue? No fix goes past that.
  bool only_for_a_person(Version& version) const {
    return std::ranges::all_of(version.refusals(flow_, services_), [](const Refusal& refusal) { return refusal.undecided; });
  }

  std::optional<check::Fix> proved(Version& next, const Written& written, FlowVerdict after) {
    const frontend::Loaded& loaded = original_->loaded();
    for (std::size_t i = 0; i < loaded.firewalls.size(); ++i) {
      if (i == site_) continue;
      const Proof same = prove(loaded.firewalls[i], next.loaded().firewalls[i], {}, Allowed::lets_through, false, subject_.request.limits);
      if (!same.holds) return say(same.why_not), std::nullopt;
    }
    if (const auto* other = worse(subject_, loaded.firewalls[site_], flows_, next)) return say(fmt::format("it would make flow \"{}\" worse", other->id)), std::nullopt;
    const auto talks = next.conversations(flow_, services_);
    const Proof proof = prove(loaded.firewalls[site_], next.firewall(), talks, Allowed::lets_through, next.is_stateless(talks), subject_.request.limits);
    if (!proof.holds) return say(proof.why_not), std::nullopt;
    check::Fix fix;
    fix.title = fmt::format("{}", fmt::join(written.titles, ", "));
    fix.edits = written.edits;
    fix.after = after;
    fix.changes = proof.changes;
    std::vector<std::string> opens = written.opens;
    if (flow_.require == policy::Require::any && flow_.services.size() > 1)
      opens.push_back(fmt::format("for {}, since one of the flow's services is enough", flow_.services[services_.front()].name));
    fix.opens = fmt::format("{}", fmt::join(opens, "; "));
    fix.commands = written.commands;
    fix.snippet = written.snippet;
    fix.address = written.address;
    return fix;
  }

  static void add(Written& written, const Candidate& candidate) {
    const auto once = [](std::vector<std::string>& list, const std::string& text) {
      if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(text);
    };
    written.edits = composed(written.edits, candidate.edits);
    once(written.titles, candidate.title);
    for (const std::string& opens : candidate.opens) once(written.opens, opens);
    written.commands.insert(written.commands.end(), candidate.commands.begin(), candidate.commands.end());
    written.snippet += candidate.snippet;
    if (written.address.empty()) written.address = candidate.address;
  }

  static std::string signature(const std::vector<Refusal>& refusals) {
    std::string text;
    for (const Refusal& refusal : refusals) text += refusal.says + "\n";
    return text;
  }

  /// The first reason is about the most promising change.
  void say(std::string why) {
    if (why_not_.empty()) why_not_ = std::move(why);
  }

  const Subject& subject_;
  const std::size_t site_;
  const std::vector<check::FlowResult>& flows_;
  const policy::Flow& flow_;
  const check::FlowResult& before_;
  Version* original_ = nullptr;
  std::vector<std::size_t> services_;
  std::set<std::string> seen_;   ///< what refuses, of versions that were tried: a change that changes nothing is none
  int copies_ = 0;
  bool cut_ = false;             ///< more changes might have done
  std::optional<check::Fix> found_;
  std::string why_not_;
};

/// Taking away the rule that lets a reversed flow's service in the wrong way.
std::optional<check::Fix> removal(const Subject& subject, std::size_t site, Version& original, const std::vector<check::FlowResult>& flows, const policy::Flow& flow,
                                  const check::FlowResult& before) {
  const ir::Firewall& firewall = original.firewall();
  std::vector<ir::RuleId> rules;
  for (const check::ServiceResult& service : before.services)
    for (const check::DecidedBy& by : service.wrong_way) {
      if (!by.rule || by.where.file != 0) return std::nullopt;
      if (std::ranges::find(rules, *by.rule) == rules.end()) rules.push_back(*by.rule);
    }
  if (rules.empty()) return std::nullopt;
  std::ranges::sort(rules);
  std::string why_not;
  const auto candidates = writer_of(firewall.format).remove(firewall, subject.loaded.sources, rules, why_not);
  if (candidates.empty()) return std::nullopt;
  const Candidate& candidate = candidates.front();
  Version next(subject, site, edited(subject.loaded.sources[0]->bytes(), candidate.edits));
  if (!next.damage().empty()) return std::nullopt;
  check::Fix fix;
  if (worse(subject, firewall, flows, next)) return std::nullopt;
  fix.after = next.verdict(flow);
  std::vector<check::Conversation> talks;
  for (std::size_t i = 0; i < flow.services.size(); ++i)
    for (const check::Conversation& talk : next.conversations(flow, {i})) talks.push_back(talk.opposite());
  const Proof proof = prove(firewall, next.firewall(), talks, Allowed::takes_away, false, subject.request.limits);
  if (!proof.holds || fix.after == FlowVerdict::reversed) return std::nullopt;
  fix.title = candidate.title;
  fix.edits = candidate.edits;
  fix.changes = proof.changes;
  fix.commands = candidate.commands;
  fix.snippet = candidate.snippet;
  fix.address = candidate.address;
  return fix;
}

/// Why a fix of this verdict is nobody's but the owner's to decide; empty: look for one.
std::string for_a_person(const Subject& subject, const policy::Flow& flow, const check::FlowResult& result) {
  if (result.verdict == FlowVerdict::restricted)
    return fmt::format("it passes for some addresses or interfaces, and the policy does not say which it needs: --role-address {}=CIDR, --inside and --outside say it",
                       result.direction == policy::FlowDirection::egress ? flow.to : flow.from);
  if (result.verdict == FlowVerdict::conditional)
    return "whether it should pass without the condition is for a person to decide: `wallcheck fix --verdict conditional` writes the rule";
  if (result.verdict != FlowVerdict::diverted) return {};
  for (const check::ServiceResult& service : result.services)
    for (const check::DecidedBy& by : service.decided_by)
      if (by.effect == "diverted")
        return fmt::format("{} sends it to another destination: whether that is meant (a proxy, a server of one's own) is for a person to decide", place_of(subject.loaded.sources, by.where));
  return "it is sent to another destination: whether that is meant is for a person to decide";
}

/// What a fix does to the file, in a few words.
std::string change_words(const check::Fix& fix, std::string_view bytes, ir::Format format) {
  if (is_generated(format)) return "belongs in the configuration";
  std::size_t added = 0, removed = 0;
  for (const Edit& edit : fix.edits) {
    added += static_cast<std::size_t>(std::ranges::count(edit.text, '\n'));
    const auto gone = bytes.substr(edit.where.begin, edit.where.end - edit.where.begin);
    removed += static_cast<std::size_t>(std::ranges::count(gone, '\n'));
  }
  std::string change = added > 0 ? fmt::format("adds {} line{}", added, added == 1 ? "" : "s") : "";
  if (removed > 0) change += fmt::format("{}takes away {} line{}", change.empty() ? "" : " and ", removed, removed == 1 ? "" : "s");
  return change.empty() ? "rewrites a line" : change;
}

std::string explanation(const check::Finding& finding, const check::Fix& fix, std::string_view bytes, ir::Format format) {
  std::string text = fmt::format("{}. The change {}, to {}. Packets whose verdict changes: {}.", finding.diagnostic.message, change_words(fix, bytes, format), fix.title,
                                 fix.changes);
  if (fix.after != FlowVerdict::permitted) text += fmt::format(" The flow is then {}.", to_string(fix.after));
  if (!fix.opens.empty()) text += fmt::format(" It is as wide as it has to be, but no narrower: {}.", fix.opens);
  return text;
}

/// Fills in what can be done about a finding.
void fill(const Subject& subject, std::size_t site, Version& version, const std::vector<check::FlowResult>& flows, const policy::Flow& flow,
          const check::FlowResult& result, check::Finding& finding) {
  try {
    Search search(subject, site, flows, flow, result);
    if (auto fix = search.run(version)) finding.fixes.push_back(std::move(*fix));
    else finding.no_fix = search.why_not();
    if (result.verdict == FlowVerdict::reversed)
      if (auto fix = removal(subject, site, version, flows, flow, result)) finding.fixes.push_back(std::move(*fix));
  } catch (const packets::BudgetExceeded& error) {
    finding.no_fix = fmt::format("no fix was proved: {}", error.what());
  } catch (const std::logic_error& error) {
    finding.no_fix = fmt::format("no fix was proved: internal error, please report it: {}", error.what());
  }
  for (check::Fix& fix : finding.fixes) fix.explanation = explanation(finding, fix, version.bytes(), version.firewall().format);
}

/// The flow's result if the finding is its verdict.
const check::FlowResult* verdict_behind(const check::Finding& finding, const std::vector<check::FlowResult>& flows) {
  const auto result = std::ranges::find(flows, finding.flow, &check::FlowResult::id);
  if (finding.flow.empty() || result == flows.end() || check::code_of(result->verdict) != finding.diagnostic.code) return nullptr;
  return &*result;
}

/// The fixes as one change, proved once more: why they do not hold together; empty: they do.
std::string whole_trouble(const Subject& subject, const std::vector<check::SiteResult>& sites, std::string text,
                          const std::vector<std::pair<std::size_t, const policy::Flow*>>& fixed) try {
  keep_time(subject.request.limits);
  const Version original(subject, 0), changed(subject, 0, std::move(text));
  if (!changed.damage().empty()) return changed.damage();
  for (std::size_t site = 0; site < sites.size(); ++site) {
    Version whole(changed, site);
    if (const auto* other = worse(subject, original.loaded().firewalls[site], sites[site].flows, whole)) return fmt::format("together the fixes would make flow \"{}\" worse", other->id);
    std::vector<check::Conversation> talks;
    for (const auto& [where, flow] : fixed)
      for (std::size_t i = 0; where == site && i < flow->services.size(); ++i)
        for (const check::Conversation& talk : whole.conversations(*flow, {i})) talks.push_back(talk);
    const Proof proof = prove(original.loaded().firewalls[site], whole.firewall(), talks, Allowed::lets_through, whole.is_stateless(talks), subject.request.limits);
    if (!proof.holds) return proof.why_not;
  }
  return {};
} catch (const packets::BudgetExceeded& error) {
  return fmt::format("the fixes are not proved as a whole: {}", error.what());
} catch (const std::logic_error& error) {
  return fmt::format("the fixes are not proved as a whole: internal error, please report it: {}", error.what());
}

/// Why no fix is looked for any more; empty: go on.
std::string no_time(const Limits& limits) { return limits.stopped() ? fmt::format("no fix was looked for: {}", stop_words(*limits.stop)) : ""; }

/// What copies are asked: the flows, and no more: what no flow explains and how witnesses go is asked of the file once.
check::Request about_flows(check::Request request) {
  request.closed = request.steps = false;
  return request;
}

}  // namespace

bool is_generated(ir::Format format) { return format == ir::Format::terraform; }

void find_fixes(const Subject& whole, std::size_t site, check::SiteResult& result) {
  const check::Request request = about_flows(whole.request);
  const Subject subject{whole.loaded, whole.options, request};
  std::optional<Version> version;
  for (check::Finding& finding : result.findings) {
    if (!finding.suppressed_by.empty()) continue;
    const check::FlowResult* flow_result = verdict_behind(finding, result.flows);
    const policy::Flow* flow = flow_result ? subject.request.pack->flow(flow_result->id) : nullptr;
    if (!flow || flow_result->services.empty()) continue;
    finding.no_fix = for_a_person(subject, *flow, *flow_result);
    if (finding.no_fix.empty()) finding.no_fix = no_time(subject.request.limits);
    if (!finding.no_fix.empty()) continue;
    if (!version) version.emplace(subject, site);
    fill(subject, site, *version, result.flows, *flow, *flow_result, finding);
    if (is_generated(version->firewall().format))
      for (check::Fix& fix : finding.fixes) fix.edits.clear();
  }
}

Repair repair(const Subject& whole, const std::vector<check::SiteResult>& sites, const Wanted& wanted, const Agreed& agreed) {
  const check::Request request = about_flows(whole.request);
  const Subject subject{whole.loaded, whole.options, request};
  Repair repair;
  std::vector<std::pair<std::size_t, const policy::Flow*>> fixed;
  std::optional<frontend::Loaded> own;
  const frontend::Loaded* loaded = &subject.loaded;
  std::uint64_t read = 0;
  for (std::size_t site = 0; site < loaded->firewalls.size() && site < sites.size(); ++site) {
    for (const policy::Flow& flow : subject.request.pack->flows) {
      const Subject now{*loaded, subject.options, subject.request};
      bool incomplete = false;
      const bool known = repair.edits.empty() || subject.request.limits.stopped();
      check::SiteResult result = known ? sites[site] : check::check_flows(loaded->firewalls[site], loaded->sources, subject.request, incomplete);
      const auto found = std::ranges::find_if(result.findings, [&](const check::Finding& finding) {
        return finding.flow == flow.id && verdict_behind(finding, result.flows) != nullptr;
      });
      if (found == result.findings.end()) continue;
      check::Finding finding = *found;
      const check::FlowResult& flow_result = *verdict_behind(finding, result.flows);
      if (flow_result.services.empty() || (wanted && !wanted(site, flow_result))) continue;
      if (flow_result.verdict != FlowVerdict::conditional) finding.no_fix = for_a_person(now, flow, flow_result);
      if (finding.no_fix.empty()) finding.no_fix = no_time(subject.request.limits);
      if (read > most_read && loaded->firewalls.size() > 1 && finding.no_fix.empty())
        finding.no_fix = fmt::format("not looked for: {} fixes of this file were, and it is read anew for each: --flow and --group say which are wanted", repair.done.size());
      read += loaded->sources[0]->bytes().size();
      if (finding.no_fix.empty()) {
        Version version(now, site);
        fill(now, site, version, result.flows, flow, flow_result, finding);
      }
      Repaired done{std::move(finding), result.group, false};
      const bool fixes_flow = !done.finding.fixes.empty() && done.finding.no_fix.empty();
      if (fixes_flow) {
        const check::Fix& fix = done.finding.fixes.front();
        const std::string_view bytes = loaded->sources[0]->bytes();
        const bool generated = is_generated(loaded->firewalls[site].format);
        done.declined = agreed && !agreed(done.finding, fix, generated ? fix.snippet : unified_diff(loaded->sources[0]->path(), bytes, fix.edits));
        if (!done.declined) {
          repair.edits = composed(repair.edits, fix.edits);
          frontend::Options options = subject.options;
          options.format = subject.loaded.format;
          auto next = frontend::load(std::make_shared<const SourceFile>(loaded->sources[0]->path(), edited(bytes, fix.edits)), options);
          own = std::move(next);
          loaded = &*own;
        }
      }
      if (fixes_flow && !done.declined) fixed.emplace_back(site, &flow);
      repair.done.push_back(std::move(done));
    }
  }
  if (!repair.edits.empty()) repair.trouble = whole_trouble(subject, sites, edited(subject.loaded.sources[0]->bytes(), repair.edits), fixed);
  if (!repair.trouble.empty()) repair.edits.clear();
  return repair;
}

}  // namespace wallcheck::fix
