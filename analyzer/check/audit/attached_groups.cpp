// WC302 of security groups that are attached together: permissions that other groups give as well, wherever the file attaches theirs.
//
// A group that is attached alone somewhere, or that nothing of the file attaches, is looked at by itself (dead_rules). All that are reported can
// go together: what was found redundant is not there any more, in any group, when the next permission is asked about.

#include "check/audit/attached_groups.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "check/audit/dead_rules.h"

namespace wallcheck::check::audit {

using ir::RuleId;

namespace {

/// Sets of groups that are attached together; larger files are not looked at.
constexpr std::size_t most_sets = 1000;
constexpr std::size_t rules_shown = 4, nodes_a_rule = 200'000;

class Attached {
 public:
  Attached(const AuditContext& context, std::span<const ir::Firewall> firewalls) : context_(context), firewalls_(firewalls), hits_(firewalls.size()) {}

  void run(std::span<SiteResult> sites) {
    find_places();
    for (const auto& [where, places] : places_) {
      if (context_.request.limits.stopped()) return;
      try {
        std::vector<Span> instead;
        if (is_needed(places, instead)) continue;
        for (const Place& place : places) absent_.insert({place.firewall, place.rule});
        say(where, instead, sites[places.front().firewall]);
      } catch (const packets::BudgetExceeded& error) {
        say_not_decided(context_, where, "is the permission needed where its group is attached", error.what());
      }
    }
  }

 private:
  struct Place {
    std::size_t firewall = 0;
    RuleId rule = 0;
  };

  /// Permissions that are in firewalls of several groups only.
  void find_places() {
    std::set<Span> alone;
    for (std::size_t i = 0; i < firewalls_.size(); ++i) {
      const ir::Firewall& firewall = firewalls_[i];
      const bool together = firewall.is_attached_together();
      for (ir::ListId list = 0; list < firewall.lists.size(); ++list) {
        const bool counts = together && is_union(firewall, list);
        for (const RuleId rule : firewall.rules_of(firewall.lists[list])) {
          const Span where = firewall.rules[rule].where;
          if (counts && !where.empty() && where != firewall.lists[list].where) places_[where].push_back({i, rule});
          else alone.insert(where);
        }
      }
    }
    for (const Span where : alone) places_.erase(where);
  }

  bool is_needed(const std::vector<Place>& places, std::vector<Span>& instead) {
    for (const Place& place : places) {
      const ir::Firewall& firewall = firewalls_[place.firewall];
      auto& hits = hits_[place.firewall];
      if (!hits) hits = std::make_unique<evaluate::Hits>(firewall, context_.request.limits.with_nodes(nodes_a_rule));
      const auto absent = [&](RuleId id) { return absent_.contains({place.firewall, id}); };
      const auto alike = [&](RuleId a, RuleId b) { return firewall.rules[a].keeps_state == firewall.rules[b].keeps_state; };
      std::vector<RuleId> others;
      if (hits->needed(place.rule, absent, alike, others)) return true;
      const evaluate::RuleFate fate = hits->fate(place.rule);
      if (fate.fate != evaluate::Fate::hit && fate.fate != evaluate::Fate::taken) return true;  // it permits nothing: another finding
      others.insert(others.end(), fate.takers.begin(), fate.takers.end());
      for (const RuleId other : others)
        if (!absent(other) && std::ranges::find(instead, firewall.rules[other].where) == instead.end()) instead.push_back(firewall.rules[other].where);
    }
    return false;
  }

  void say(Span where, std::vector<Span>& instead, SiteResult& site) const {
    std::ranges::sort(instead);
    std::vector<Label> labels;
    for (const Span other : instead)
      if (!other.empty() && labels.size() < rules_shown) labels.push_back({other, "permits the same, or a part of it"});
    site.findings.push_back({.diagnostic = {"WC302", Severity::note, fmt::format("redundant: wherever its group is attached, {} every packet that it matches",
                                                                                  instead.size() == 1 ? "another rule permits" : "other rules permit"), where, std::move(labels)}});
  }

  const AuditContext& context_;
  std::span<const ir::Firewall> firewalls_;
  std::vector<std::unique_ptr<evaluate::Hits>> hits_;
  std::map<Span, std::vector<Place>> places_;
  std::set<std::pair<std::size_t, RuleId>> absent_;
};

}  // namespace

void attached_groups(const AuditContext& context, std::span<const ir::Firewall> firewalls, std::span<SiteResult> sites) {
  const auto sets = std::ranges::count_if(firewalls, &ir::Firewall::is_attached_together);
  if (static_cast<std::size_t>(sets) <= most_sets) Attached(context, firewalls).run(sites);
}

}  // namespace wallcheck::check::audit
