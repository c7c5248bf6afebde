// AWS security groups, as describe-security-groups and describe-security-group-rules print them: one more permission.
// After the EC2 API reference: IpPermission, SecurityGroupRule, AuthorizeSecurityGroupEgress, RevokeSecurityGroupIngress.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "fix/grants.h"
#include "fix/json_edit.h"
#include "fix/words.h"
#include "fix/writer.h"

namespace wallcheck::fix {

namespace {

using frontend::json::Kind;
using Value = JsonText::Value;

/// The lists of a permission, in the order in which the front-end makes rules of them; an entry is named by its key.
struct PeerList {
  std::string_view list, key;
};
constexpr PeerList peer_lists[] = {{"IpRanges", "CidrIp"}, {"Ipv6Ranges", "CidrIpv6"}, {"PrefixListIds", "PrefixListId"}, {"UserIdGroupPairs", "GroupId"}};

const PeerList& list_for(const Network& network) { return peer_lists[network.is_ipv6 ? 1 : 0]; }

/// FromPort and ToPort; protocols that have neither go without.
std::optional<Numbers> numbers_of(const Grant& grant) { return grant.ports ? grant.ports : grant.icmp; }

Json service_of(const Grant& grant) {
  Json json{{"IpProtocol", protocol_word(grant.protocol)}};
  if (const auto numbers = numbers_of(grant)) json["FromPort"] = numbers->from, json["ToPort"] = numbers->to;
  return json;
}

/// An IpPermission: what the command line takes.
Json permission_of(const Grant& grant) {
  Json json = service_of(grant);
  for (const Network& network : grant.networks) json[list_for(network).list].push_back({{list_for(network).key, network.text}});
  return json;
}

Json scalar(Value value) { return Json::parse(value.raw(), nullptr, false); }

bool same_service(Value permission, const Grant& grant) {
  const Json wanted = service_of(grant);
  return std::ranges::all_of(std::array{"IpProtocol", "FromPort", "ToPort"}, [&](const char* key) {
    const bool has = wanted.contains(key);
    return has == permission[key].exists() && (!has || scalar(permission[key]) == wanted[key]);
  });
}

std::string command(std::string_view verb, bool egress, Value group_id, const Json& permissions) {
  if (group_id.text().empty() || group_id.text().find("://") != std::string_view::npos) return {};  // the command line would read a file
  return fmt::format("aws ec2 {}-security-group-{}{} --ip-permissions {}", verb, egress ? "egress" : "ingress", shell_option("--group-id", group_id.text()),
                     shell_word(permissions.dump(-1, ' ', true, Json::error_handler_t::replace)));
}

/// Lists that permissions of this file show even if they are empty.
std::vector<std::string_view> usual_lists(const JsonText& json, Value group) {
  Value like;
  const auto look = [&](Value of) {
    for (const std::string_view key : {"IpPermissionsEgress", "IpPermissions"})
      if (!like.exists() && of[key].begin() != of[key].end()) like = *of[key].begin();
  };
  look(group);
  for (const Value root : json.roots())
    for (const Value other : root["SecurityGroups"]) look(other);
  std::vector<std::string_view> lists;
  for (const PeerList& row : peer_lists)
    if (!like.exists() || like[row.list].is(Kind::array)) lists.push_back(row.list);
  return lists;
}

/// Edits of a list of permissions: entries of a permission that is there for the same ports, else one more permission.
std::vector<Edit> in_permissions(const JsonText& json, Value group, Value permissions, const std::vector<Grant>& grants) {
  std::vector<Edit> edits;
  std::vector<Json> more;
  for (const Grant& grant : grants) {
    const auto same = std::ranges::find_if(permissions, [&](Value permission) { return same_service(permission, grant); });
    if (same == permissions.end()) {
      Json permission = service_of(grant);
      for (const std::string_view list : usual_lists(json, group)) permission[list] = Json::array();
      permission.update(permission_of(grant));
      more.push_back(std::move(permission));
      continue;
    }
    const Json wanted = permission_of(grant);
    for (const PeerList& row : peer_lists) {
      if (!wanted.contains(row.list)) continue;
      const std::vector<Json> entries(wanted[row.list].begin(), wanted[row.list].end());
      const Value list = (*same)[row.list];
      edits.push_back(list.is(Kind::array) ? json.append(list, entries) : json.append_member(*same, row.list, entries));
    }
  }
  if (!more.empty()) edits.push_back(json.append(permissions, more));
  std::ranges::stable_sort(edits, {}, &Edit::where);
  return edits;
}

/// A rule of describe-security-group-rules, and the list it stands in.
struct Rule {
  Value list, rule;
  explicit operator bool() const { return rule.exists(); }
};

Rule rule_at(const JsonText& json, std::uint32_t at) {
  const auto around = json.around(at);
  for (std::size_t i = around.size(); i-- > 1;)
    if (around[i]["IsEgress"].exists() && around[i - 1].is(Kind::array)) return {around[i - 1], around[i]};
  return {};
}

/// The last rule of the group (of the first group, of several attached together), one of this direction if there is one.
Rule last_rule(const JsonText& json, const ir::Firewall& firewall, bool egress) {
  Rule found;
  bool exact = false;
  for (const ir::Rule& rule : firewall.rules) {
    if (rule.where.file != 0) continue;
    const Rule here = rule_at(json, rule.where.begin);
    if (!here) continue;
    const std::string_view id = here.rule["GroupId"].text(), label = firewall.group;
    if (!label.starts_with(id) || (label.size() > id.size() && label[id.size()] != '+')) continue;
    const bool fits = here.rule["IsEgress"].truth() == egress;
    if (found && exact > fits) continue;
    if (!found || fits > exact || here.rule.span().begin > found.rule.span().begin) found = here;
    exact = fits;
  }
  return found;
}

std::vector<Json> rules_of(const Grant& grant, Value like) {
  std::vector<Json> rules;
  for (const Network& network : grant.networks) {
    Json rule{{"GroupId", std::string(like["GroupId"].text())}};
    if (like["GroupOwnerId"].is(Kind::string)) rule["GroupOwnerId"] = scalar(like["GroupOwnerId"]);
    rule["IsEgress"] = grant.egress;
    rule.update(service_of(grant));
    if (!numbers_of(grant) && like["FromPort"].exists()) rule["FromPort"] = rule["ToPort"] = -1;
    rule[network.is_ipv6 ? "CidrIpv6" : "CidrIpv4"] = network.text;
    if (like["Tags"].is(Kind::array)) rule["Tags"] = Json::array();
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const ir::RuleList& list = need.firewall.lists[need.blocked.front().list];
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const auto json = JsonText::read(*need.sources[0]);
  const bool egress = grants.front().egress;
  Candidate candidate;
  Value group_id;
  const auto around = json && list.where.file == 0 ? json->around(list.where.begin) : std::vector<Value>{};
  if (around.size() >= 2 && around.back().is(Kind::array)) {
    const Value group = around[around.size() - 2];
    group_id = group["GroupId"];
    candidate.edits = in_permissions(*json, group, around.back(), grants);
  } else {
    const Rule place = json ? last_rule(*json, need.firewall, egress) : Rule{};
    if (!place) {
      why_not = "the list of the group's permissions is not in the file";
      return {};
    }
    group_id = place.rule["GroupId"];
    std::vector<Json> rules;
    for (const Grant& grant : grants) std::ranges::move(rules_of(grant, place.rule), std::back_inserter(rules));
    candidate.edits = {json->append_behind(place.list, place.rule, rules)};  // rules of a group stand together
  }
  candidate.title = title_of(need);
  candidate.opens = {opens_of(need)};
  Json permissions = Json::array();
  for (const Grant& grant : grants) permissions.push_back(permission_of(grant));
  candidate.commands = {command("authorize", egress, group_id, permissions)};
  std::erase(candidate.commands, "");
  return {std::move(candidate)};
}

/// A permission of a group, the list and the group it stands in.
struct Place {
  Value group, permissions, permission;
};

Place permission_at(const JsonText& json, std::uint32_t at) {
  const auto around = json.around(at);
  for (std::size_t i = around.size(); i-- > 2;)
    if (around[i]["IpProtocol"].exists() && around[i - 1].is(Kind::array)) return {around[i - 2], around[i - 1], around[i]};
  return {};
}

/// Takes entries of one permission away, or all of it if none would be left. `gone`: by their place among its entries.
bool take_entries(const JsonText& json, const Place& place, const std::vector<std::size_t>& gone, std::vector<Edit>& edits, Json& revoked) {
  Json permission{{"IpProtocol", scalar(place.permission["IpProtocol"])}};
  for (const std::string_view key : {"FromPort", "ToPort"})
    if (place.permission[key].exists()) permission[key] = scalar(place.permission[key]);
  std::size_t index = 0;
  for (const PeerList& row : peer_lists) {
    const Value list = place.permission[row.list];
    std::vector<Value> children;
    for (const Value entry : list) {
      if (std::ranges::find(gone, index++) == gone.end()) continue;
      children.push_back(entry);
      const std::string_view key = entry[row.key].exists() ? row.key : std::string_view("GroupName");
      permission[row.list].push_back({{key, scalar(entry[key])}});
    }
    for (Edit& edit : json.remove(list, children)) edits.push_back(std::move(edit));
  }
  if (gone.size() > index) return false;
  revoked.push_back(std::move(permission));
  return gone.size() < index;
}

std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  if (!json) return {};
  Candidate candidate;
  std::vector<ir::RuleId> waiting(rules.begin(), rules.end());
  while (!waiting.empty()) {
    const Span where = firewall.rules[waiting.front()].where;
    std::vector<Value> whole;  // elements of one list
    Value list;
    if (const Rule flat = rule_at(*json, where.begin)) {
      list = flat.list;
      std::erase_if(waiting, [&](ir::RuleId id) {
        const Rule rule = rule_at(*json, firewall.rules[id].where.begin);
        if (!rule || rule.list.id() != list.id()) return false;
        whole.push_back(rule.rule);
        const bool egress = rule.rule["IsEgress"].truth();
        const std::string_view rule_id = rule.rule["SecurityGroupRuleId"].text(), group = rule.rule["GroupId"].text();
        if (!rule_id.empty() && rule_id.find("://") == std::string_view::npos && group.find("://") == std::string_view::npos)
          candidate.commands.push_back(fmt::format("aws ec2 revoke-security-group-{}{}{}", egress ? "egress" : "ingress",
                                                   shell_option("--group-id", group), shell_option("--security-group-rule-ids", rule_id)));
        return true;
      });
    } else {
      const Place first = permission_at(*json, where.begin);
      if (!first.permission.exists()) {
        why_not = "the rule's place in the file was not found";
        return {};
      }
      list = first.permissions;
      Json revoked = Json::array();
      std::vector<Span> done;
      for (const ir::RuleId id : waiting) {
        const Place place = permission_at(*json, firewall.rules[id].where.begin);
        if (place.permissions.id() != list.id() || std::ranges::find(done, place.permission.span()) != done.end()) continue;
        done.push_back(place.permission.span());
        // Rules of one permission share its place, in the order of its entries.
        std::vector<std::size_t> gone;
        std::size_t index = 0;
        for (ir::RuleId other = 0; other < firewall.rules.size(); ++other) {
          if (firewall.rules[other].where != firewall.rules[id].where) continue;
          if (std::ranges::find(waiting, other) != waiting.end()) gone.push_back(index);
          ++index;
        }
        std::vector<Edit> edits;
        if (take_entries(*json, place, gone, edits, revoked)) std::ranges::move(edits, std::back_inserter(candidate.edits));
        else whole.push_back(place.permission);
      }
      std::erase_if(waiting, [&](ir::RuleId id) { return permission_at(*json, firewall.rules[id].where.begin).permissions.id() == list.id(); });
      candidate.commands.push_back(command("revoke", list.name() == "IpPermissionsEgress", first.group["GroupId"], revoked));
    }
    for (Edit& edit : json->remove(list, whole)) candidate.edits.push_back(std::move(edit));
  }
  std::ranges::sort(candidate.edits, {}, &Edit::where);
  std::erase(candidate.commands, "");
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer aws_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
