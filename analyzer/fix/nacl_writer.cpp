// AWS network ACLs, as describe-network-acls prints them: an entry with a free number before the one that decides. Entries know no
// connections: the other direction, where answers pass, has entries of its own, which the engine asks for as it asks for these.
// After the EC2 API reference: NetworkAclEntry, CreateNetworkAclEntry.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "fix/grants.h"
#include "fix/json_edit.h"
#include "fix/words.h"
#include "fix/writer.h"

namespace wallcheck::fix {

namespace {

using frontend::json::Kind;
using Value = JsonText::Value;

constexpr std::int64_t last_number = 32766;  // 32767 and 32768 are the entries that deny what is left

Json entry_of(const Grant& grant, const Network& network) {
  Json entry{{network.is_ipv6 ? "Ipv6CidrBlock" : "CidrBlock", network.text}, {"Egress", grant.egress}};
  if (grant.icmp) entry["IcmpTypeCode"] = {{"Type", grant.icmp->from}, {"Code", grant.icmp->to}};
  if (grant.ports) entry["PortRange"] = {{"From", grant.ports->from}, {"To", grant.ports->to}};
  entry["Protocol"] = std::to_string(grant.protocol);
  entry["RuleAction"] = "allow";
  return entry;
}

/// Entries of one direction: number, and whether it allows.
std::map<std::int64_t, bool> numbers_in(Value entries, bool egress) {
  std::map<std::int64_t, bool> numbers;
  for (const Value entry : entries)
    if (const auto number = entry["RuleNumber"].integer(); number && *number <= last_number && entry["Egress"].truth() == egress)
      numbers[*number] = entry["RuleAction"].text() == "allow";
  return numbers;
}

/// As many free numbers as wanted, between the entry that decides (`limit`) and the one before it, in the steps of the file where they fit.
/// Further up only past entries that allow: what is denied before stays denied. Empty: there are none.
std::vector<std::int64_t> free_numbers(const std::map<std::int64_t, bool>& used, std::int64_t limit, std::size_t wanted) {
  const auto count = static_cast<std::int64_t>(wanted);
  std::int64_t step = 100;
  for (const auto& [number, allows] : used) step = std::min<std::int64_t>(step, number % 100 == 0 ? 100 : number % 10 == 0 ? 10 : 1);
  for (auto above = used.lower_bound(limit);;) {
    const std::int64_t before = above == used.begin() ? 0 : std::prev(above)->first;
    if (limit - before > count) {
      std::vector<std::int64_t> numbers;
      const std::int64_t first = before - before % step + step;
      const bool fits = first + (count - 1) * step < limit;
      for (std::int64_t i = 0; i < count; ++i) numbers.push_back(fits ? first + i * step : before + (limit - before) * (i + 1) / (count + 1));
      return numbers;
    }
    if (above == used.begin() || !std::prev(above)->second) return {};
    --above;
    limit = above->first;
  }
}

/// The ACL, its entries, and one of them.
struct Place {
  Value acl, entries, entry;
};

Place place_at(const JsonText& json, Span where) {
  const auto around = json.around(where.begin);
  for (std::size_t i = around.size(); i-- > 1;)
    if (around[i].is(Kind::array) && around[i].name() == "Entries") return {around[i - 1], around[i], i + 1 < around.size() ? around[i + 1] : Value{}};
  return {};
}

std::string acl_option(const Place& place) {
  const std::string_view id = place.acl["NetworkAclId"].text();
  return id.find("://") == std::string_view::npos ? shell_option("--network-acl-id", id) : "";  // the command line would read a file
}

std::string create_command(const Place& place, const Grant& grant, const Network& network, std::int64_t number) {
  const std::string acl = acl_option(place);
  if (acl.empty()) return {};
  std::string words = fmt::format("aws ec2 create-network-acl-entry{} --{} --rule-number {} --protocol {} --rule-action allow --{} {}", acl, grant.egress ? "egress" : "ingress",
                                  number, grant.protocol, network.is_ipv6 ? "ipv6-cidr-block" : "cidr-block", network.text);
  if (grant.ports) words += fmt::format(" --port-range From={},To={}", grant.ports->from, grant.ports->to);
  if (grant.icmp) words += fmt::format(" --icmp-type-code Type={},Code={}", grant.icmp->from, grant.icmp->to);
  return words;
}

std::vector<Candidate> permit(const Need& need, std::string& why_not) {
  const Blocked& first = need.blocked.front();
  const std::vector<Grant> grants = grants_of(need, why_not);
  if (grants.empty()) return {};
  const auto json = JsonText::read(*need.sources[0]);
  const Place place = json ? place_at(*json, first.rule ? need.firewall.rules[*first.rule].where : need.firewall.lists[first.list].where) : Place{};
  if (!place.entries.exists()) {
    why_not = "the list of the ACL's entries is not in the file";
    return {};
  }
  const std::int64_t decides = first.rule ? place.entry["RuleNumber"].integer().value_or(0) : last_number + 1;
  if (decides == 0) {
    why_not = "the entry that decides has no number that can be read";
    return {};
  }
  const bool egress = grants.front().egress;
  std::size_t wanted = 0;
  for (const Grant& grant : grants) wanted += grant.networks.size();
  const auto used = numbers_in(place.entries, egress);
  const std::vector<std::int64_t> numbers = free_numbers(used, std::min(decides, last_number + 1), wanted);
  if (numbers.empty()) {
    why_not = fmt::format("there {} no {} free {} before entry {} which an entry that denies does not come before: the entries have to be numbered anew", wanted == 1 ? "is" : "are",
                          wanted, wanted == 1 ? "number" : "numbers", decides);
    return {};
  }
  Candidate candidate;
  std::vector<Json> entries;
  for (const Grant& grant : grants)
    for (const Network& network : grant.networks) {
      Json entry = entry_of(grant, network);
      entry["RuleNumber"] = numbers[entries.size()];
      candidate.commands.push_back(create_command(place, grant, network, numbers[entries.size()]));
      entries.push_back(std::move(entry));
    }
  const auto next = std::ranges::find_if(place.entries, [&](Value entry) {
    return entry["Egress"].truth() == egress && entry["RuleNumber"].integer().value_or(0) > numbers.back();
  });
  candidate.edits = {next == place.entries.end() ? json->append(place.entries, entries) : json->insert(place.entries, *next, entries)};
  candidate.title = title_of(need);
  candidate.opens = {opens_of(need), answers_opened(need)};
  std::erase(candidate.commands, "");
  return {std::move(candidate)};
}

std::vector<Candidate> remove(const ir::Firewall& firewall, const Sources& sources, std::span<const ir::RuleId> rules, std::string& why_not) {
  const auto json = JsonText::read(*sources[0]);
  Candidate candidate;
  std::vector<Value> gone;
  Place place;
  for (const ir::RuleId rule : rules) {
    place = json ? place_at(*json, firewall.rules[rule].where) : Place{};
    if (!place.entry.exists()) {
      why_not = "the entry was not found in the file";
      return {};
    }
    gone.push_back(place.entry);
    const std::string acl = acl_option(place);
    if (const auto number = place.entry["RuleNumber"].integer(); number && !acl.empty())
      candidate.commands.push_back(fmt::format("aws ec2 delete-network-acl-entry{} --{} --rule-number {}", acl, place.entry["Egress"].truth() ? "egress" : "ingress", *number));
  }
  candidate.edits = json->remove(place.entries, gone);  // of one ACL: a site has no other
  candidate.title = removal_title(firewall, sources, rules);
  return {std::move(candidate)};
}

}  // namespace

const Writer nacl_writer{.permit = permit, .remove = remove};

}  // namespace wallcheck::fix
