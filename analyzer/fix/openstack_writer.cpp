// OpenStack security groups: one more rule, in whichever shape the file has them: the Networking API's, `security group show`'s with rules
// as a list or as one text, the columns of `security group rule list`. After the Networking API v2 reference, "Security group rules", and
// python-openstackclient, "security group rule".

#include <algorithm>

#include <fmt/format.h>

#include "fix/grants.h"
#include "fix/json_edit.h"
#include "fix/words.h"
#include "fix/writer.h"

namespace wallcheck::fix {

namespace {

using frontend::json::Kind;
using Value = JsonText::Value;

std::string protocol_of(const Grant& grant) { return grant.protocol == ir::protocol::icmpv6 ? "ipv6-icmp" : protocol_word(grant.protocol); }

std::string_view ethertype(const Network& network) { return network.is_ipv6 ? "IPv6" : "IPv4"; }
std::string_view direction(const Grant& grant) { return grant.egress ? "egress" : "ingress"; }

/// port_range_min and port_range_max; of ICMP type and code.
std::optional<Numbers> numbers_of(const Grant& grant) { return grant.ports ? grant.ports : grant.icmp; }

/// A rule of the Networking API. Members that the service fills in (id, times, revision) are left to it.
Json api_rule(const Grant& grant, const Network& network, Value like) {
  const auto numbers = numbers_of(grant);
  Json values{
      {"direction", direction(grant)},
      {like["ether_type"].exists() ? "ether_type" : "ethertype", ethertype(network)},
      {"protocol", protocol_of(grant)},
      {"port_range_min", numbers ? Json(numbers->from) : Json()},
      {"port_range_max", numbers ? Json(numbers->to) : Json()},
      {"remote_ip_prefix", network.text},
      {"remote_group_id", Json()},
  };
  if (!like.is(Kind::object)) return values;
  Json rule;
  for (const auto& [key, value] : values.items())
    if (!value.is_null() || like[key].exists()) rule[key] = value;
  for (const std::string_view key : {"security_group_id", "tenant_id", "project_id"})
    if (like[key].exists()) rule[key] = Json::parse(like[key].raw(), nullptr, false);
  if (like["description"].exists()) rule["description"] = like["description"].is(Kind::null) ? Json() : Json("");
  if (like["remote_address_group_id"].exists()) rule["remote_address_group_id"] = Json();
  return rule;
}

/// A row of `openstack security group rule list -f json`.
Json row_rule(const Grant& grant, const Network& network, Value like) {
  const auto numbers = numbers_of(grant);
  Json rule{{"IP Protocol", protocol_of(grant)}, {"Ethertype", ethertype(network)}, {"IP Range", network.text}};
  rule["Port Range"] = !numbers ? "" : grant.icmp ? fmt::format("type={}:code={}", numbers->from, numbers->to) : fmt::format("{}:{}", numbers->from, numbers->to);
  rule["Direction"] = direction(grant);
  for (const std::string_view key : {"Remote Security Group", "Remote Address Group"})
    if (like[key].exists()) rule[key] = Json();
  if (like["Security Group"].exists()) rule["Security Group"] = Json::parse(like["Security Group"].raw(), nullptr, false);
  return rule;
}

/// A line of the client's older form of rules.
std::string line_rule(const Grant& grant, const Network& network) {
  const auto numbers = numbers_of(grant);
  std::string line = fmt::format("direction='{}', ethertype='{}'", direction(grant), ethertype(network));
  if (numbers) line += fmt::format(", port_range_max='{}', port_range_min='{}'", numbers->to, numbers->from);
  return line + fmt::format(", protocol='{}', remote_ip_prefix='{}'", protocol_of(grant), network.text);
}

std::string create_command(const Grant& grant, const Network& network, std::string_view group) {
  if (group.empty()) return {};
  std::string words = fmt::format("openstack security group rule create --{} --ethertype {} --protocol {} --remote-ip {}", direction(grant), ethertype(network),
                                  protocol_of(grant), network.text);
  if (grant.ports && grant.ports->from == grant.ports->to) words += fmt::format(" --dst-port {}", grant.ports->from);
  else if (grant.ports) words += fmt::format(" --dst-port {}:{}", grant.ports->from, grant.ports->to);
  if (grant.icmp) words += fmt::format(" --icmp-type {} --icmp-code {}", grant.icmp->from, grant.icmp->to);
  return fmt::format("{} {}{}", words, group.starts_with('-') ? "-- " : "", shell_word(group));
}

/// A rule that is not inside of a group, and the list it stands in.
struct Rule {
  Value list, rule;
  bool is_row() const { return rule["IP Protocol"].exists(); }
  std::string_view group() const { return rule[is_row() ? "Security Group" : "security_group_id"].text(); }
  std::string_view id() const { return rule[rule["ID"].exists() ? "ID" : "id"].text(); }
};

Rule rule_at(const JsonText& json, std::uint32_t at) {
  const auto around = json.around(at);
  for (std::size_t i = around.size(); i-- > 1;)
    if (around[i].is(Kind::object) && around[i - 1].is(Kind::array)) return {around[i - 1], around[i]};
  return {};
}

/// The last rule of the first group that stands in a list of rules of several.
Rule last_rule(const JsonText& json, const ir::Firewall& firewall) {
  Rule found;
  for (const ir::Rule& rule : firewall.rules) {
    const Rule here = rule.where.file == 0 ? rule_at(json, rule.where.begin) : Rule{};
    if (!here.rule.exists()) continue;
    const std::string_view id = here.group(), label = firewall.group;
    const bool first = here.is_row() && id.empty() ? true : label.starts_with(id) && (label.size() == id.size() || label[id.size()] == '+');
    if (first && (!found.rule.exists() || here.rule.span().begin > found.rule.span().begin)) found = here;
  }
  return found;
}

/// Rules in one text, a line each: more lines before its closing quote. Nothing in them needs an escape.
Edit more_lines(Value text, const std::vector<std::string>& lines) {
  std::string more;
  for (const std::string& line : lines) more += (more.empty() && (text.text().empty() || text.text().ends_with('\n')) ? "" : "\\n") + line;
  const std::uint32_t at = text.span().end - 1;
  return {{at, at, text.span().file}, std::move(more)};
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const ir::RuleList& list = need.firewall.lists[need.blocked.front().list];
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const auto json = JsonText::read(*need.sources[0]);
  Candidate candidate;
  std::string_view group;
  std::vector<Json> rules;
  std::vector<std::string> lines;
  const auto each = [&](auto&& write) {
    for (const Grant& grant : grants)
      for (const Network& network : grant.networks) {
        write(grant, network);
        candidate.commands.push_back(create_command(grant, network, group));
      }
  };
  const auto around = json && list.where.file == 0 ? json->around(list.where.begin) : std::vector<Value>{};
  const Value where = around.empty() ? Value{} : around.back();
  if (around.size() >= 2 && (where.name() == "rules" || where.name() == "security_group_rules")) {
    const Value owner = around[around.size() - 2];
    group = owner["id"].text().empty() ? owner["name"].text() : owner["id"].text();
    Value like;
    for (const Value rule : where)
      if (!like.exists() || rule["direction"].text() == direction(grants.front())) like = rule;
    if (where.is(Kind::string)) {
      each([&](const Grant& grant, const Network& network) { lines.push_back(line_rule(grant, network)); });
      candidate.edits = {more_lines(where, lines)};
    } else {
      each([&](const Grant& grant, const Network& network) { rules.push_back(api_rule(grant, network, like)); });
      candidate.edits = {json->append(where, rules)};
    }
  } else {
    const Rule place = json ? last_rule(*json, need.firewall) : Rule{};
    if (!place.rule.exists()) {
      why_not = "the list of the group's rules is not in the file";
      return {};
    }
    group = place.group();
    each([&](const Grant& grant, const Network& network) {
      rules.push_back(place.is_row() ? row_rule(grant, network, place.rule) : api_rule(grant, network, place.rule));
    });
    candidate.edits = {json->append_behind(place.list, place.rule, rules)};
  }
  candidate.title = title_of(need);
  candidate.opens = {opens_of(need), answers_opened(need)};
  std::erase(candidate.commands, "");
  return {std::move(candidate)};
}

std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  Candidate candidate;
  std::vector<Rule> gone;
  for (const ir::RuleId id : rules) {
    const Rule rule = json ? rule_at(*json, firewall.rules[id].where.begin) : Rule{};
    if (!rule.rule["direction"].exists() && !rule.rule["Direction"].exists()) {
      why_not = "the group's rules are one text, which does not show where each one is";
      return {};
    }
    gone.push_back(rule);
    if (!rule.id().empty()) candidate.commands.push_back(fmt::format("openstack security group rule delete {}{}", rule.id().starts_with('-') ? "-- " : "", shell_word(rule.id())));
  }
  for (std::size_t i = 0; i < gone.size(); ++i) {
    const auto same_list = [&](const Rule& rule) { return rule.list.id() == gone[i].list.id(); };
    if (std::any_of(gone.begin(), gone.begin() + static_cast<std::ptrdiff_t>(i), same_list)) continue;
    std::vector<Value> children;
    for (const Rule& rule : gone)
      if (same_list(rule)) children.push_back(rule.rule);
    for (Edit& edit : json->remove(gone[i].list, children)) candidate.edits.push_back(std::move(edit));
  }
  std::ranges::sort(candidate.edits, {}, &Edit::where);
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer openstack_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
