#include "intent.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wallcheck::differential {
namespace {

using Json = nlohmann::ordered_json;

bool has_ports(const IntentRule& rule) { return rule.protocol == 6 || rule.protocol == 17; }
bool every_port(const IntentRule& rule) { return rule.from == 0 && rule.to == 65535; }
std::string protocol_name(const IntentRule& rule) { return rule.protocol == 6 ? "tcp" : rule.protocol == 17 ? "udp" : "icmp"; }
std::string ports(const IntentRule& rule, char sign) { return rule.from == rule.to ? fmt::format("{}", rule.from) : fmt::format("{}{}{}", rule.from, sign, rule.to); }
std::string text(const Json& json) { return json.dump(2) + "\n"; }

// --- iptables, pf ---

std::string iptables(const Intent& intent, bool ipv6) {
  std::string out = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n";
  for (const IntentRule& rule : intent) {
    if (rule.ipv6 != ipv6 || rule.network.empty()) continue;
    out += fmt::format("-A {} {} {}", rule.egress ? "OUTPUT" : "INPUT", rule.egress ? "-d" : "-s", rule.network);
    if (rule.protocol != 0) out += fmt::format(" -p {}", protocol_name(rule));
    if (has_ports(rule) && !every_port(rule)) out += fmt::format(" --dport {}", ports(rule, ':'));
    out += rule.deny ? " -j DROP\n" : " -j ACCEPT\n";
  }
  return out + "COMMIT\n";
}
std::string iptables4(const Intent& intent) { return iptables(intent, false); }
std::string iptables6(const Intent& intent) { return iptables(intent, true); }

std::string pf(const Intent& intent) {
  std::string out;
  for (const IntentRule& rule : intent) {
    if (rule.network.empty()) continue;
    out += fmt::format("{} {} quick {}", rule.deny ? "block" : "pass", rule.egress ? "out" : "in", rule.ipv6 ? "inet6" : "inet");
    if (rule.protocol != 0) out += fmt::format(" proto {}", protocol_name(rule));
    out += rule.egress ? fmt::format(" from any to {}", rule.network) : fmt::format(" from {} to any", rule.network);
    if (has_ports(rule) && !every_port(rule)) out += fmt::format(" port {}", ports(rule, ':'));
    out += "\n";
  }
  return out + "block all\n";
}

// --- AWS ---

/// IpProtocol, FromPort, ToPort, under the names of the form.
void add_service(Json& json, const IntentRule& rule, bool as_text = false) {
  const auto number = [&](int port) { return as_text ? Json(std::to_string(port)) : Json(port); };
  json["IpProtocol"] = rule.protocol == 0 ? "-1" : protocol_name(rule);
  if (rule.protocol == 0) return;
  json["FromPort"] = number(has_ports(rule) ? rule.from : -1);
  json["ToPort"] = number(has_ports(rule) ? rule.to : -1);
}

std::string aws(const Intent& intent) {
  Json group{{"GroupId", "sg-1"}, {"GroupName", "pair"}, {"VpcId", "vpc-1"}, {"IpPermissions", Json::array()}, {"IpPermissionsEgress", Json::array()}};
  for (const IntentRule& rule : intent) {
    if (rule.deny) continue;
    Json permission;
    add_service(permission, rule);
    permission["IpRanges"] = permission["Ipv6Ranges"] = permission["UserIdGroupPairs"] = Json::array();
    if (rule.network.empty()) permission["UserIdGroupPairs"].push_back({{"GroupId", rule.group}});
    else if (rule.ipv6) permission["Ipv6Ranges"].push_back({{"CidrIpv6", rule.network}});
    else permission["IpRanges"].push_back({{"CidrIp", rule.network}});
    group[rule.egress ? "IpPermissionsEgress" : "IpPermissions"].push_back(permission);
  }
  return text({{"SecurityGroups", {group}}});
}

std::string aws_rules(const Intent& intent) {
  Json rules = Json::array();
  for (const IntentRule& rule : intent) {
    if (rule.deny) continue;
    Json one{{"SecurityGroupRuleId", fmt::format("sgr-{}", rules.size())}, {"GroupId", "sg-1"}, {"IsEgress", rule.egress}};
    add_service(one, rule);
    if (rule.protocol == 0) one["FromPort"] = one["ToPort"] = -1;
    if (rule.network.empty()) one["ReferencedGroupInfo"] = {{"GroupId", rule.group}};
    else one[rule.ipv6 ? "CidrIpv6" : "CidrIpv4"] = rule.network;
    rules.push_back(one);
  }
  return text({{"SecurityGroupRules", rules}});
}

std::string nacl(const Intent& intent) {
  Json entries = Json::array();
  int number = 100;
  for (const IntentRule& rule : intent) {
    if (rule.network.empty()) continue;
    Json entry{{"RuleNumber", number++}, {"Egress", rule.egress}, {"RuleAction", rule.deny ? "deny" : "allow"}, {"Protocol", rule.protocol == 0 ? "-1" : std::to_string(rule.protocol)}};
    entry[rule.ipv6 ? "Ipv6CidrBlock" : "CidrBlock"] = rule.network;
    if (has_ports(rule)) entry["PortRange"] = {{"From", rule.from}, {"To", rule.to}};
    if (rule.protocol == 1) entry["IcmpTypeCode"] = {{"Type", -1}, {"Code", -1}};
    entries.push_back(entry);
  }
  return text({{"NetworkAcls", {{{"NetworkAclId", "acl-1"}, {"Entries", entries}}}}});
}

/// Ingress inline, egress in resources of their own.
std::string cloudformation(const Intent& intent) {
  Json resources{{"Pair", {{"Type", "AWS::EC2::SecurityGroup"}, {"Properties", {{"GroupDescription", "pair"}, {"SecurityGroupIngress", Json::array()}}}}}};
  for (const IntentRule& rule : intent) {
    if (rule.deny) continue;
    Json one;
    add_service(one, rule, true);
    if (rule.network.empty()) one[rule.egress ? "DestinationSecurityGroupId" : "SourceSecurityGroupId"] = rule.group;
    else one[rule.ipv6 ? "CidrIpv6" : "CidrIp"] = rule.network;
    if (!rule.egress) {
      resources["Pair"]["Properties"]["SecurityGroupIngress"].push_back(one);
      continue;
    }
    one["GroupId"] = {{"Fn::GetAtt", {"Pair", "GroupId"}}};
    resources[fmt::format("Out{}", resources.size())] = {{"Type", "AWS::EC2::SecurityGroupEgress"}, {"Properties", one}};
  }
  return text({{"AWSTemplateFormatVersion", "2010-09-09"}, {"Resources", resources}});
}

// --- Terraform ---

Json terraform_state(const Json& resources) { return {{"format_version", "1.0"}, {"terraform_version", "1.5.7"}, {"values", {{"root_module", {{"resources", resources}}}}}}; }

Json terraform_resource(std::string_view type, std::string_view name, const Json& values) {
  return {{"address", fmt::format("{}.{}", type, name)}, {"mode", "managed"}, {"type", type}, {"name", name}, {"values", values}};
}

/// Ingress inline, egress in resources of their own.
std::string terraform(const Intent& intent) {
  Json ingress = Json::array(), rules = Json::array();
  for (const IntentRule& rule : intent) {
    if (rule.deny) continue;
    Json one{{"protocol", rule.protocol == 0 ? "-1" : protocol_name(rule)}, {"from_port", has_ports(rule) ? rule.from : rule.protocol == 0 ? 0 : -1},
             {"to_port", has_ports(rule) ? rule.to : rule.protocol == 0 ? 0 : -1}, {"self", false}};
    one["cidr_blocks"] = one["ipv6_cidr_blocks"] = one["security_groups"] = Json::array();
    if (rule.network.empty()) one["security_groups"].push_back(rule.group);
    else one[rule.ipv6 ? "ipv6_cidr_blocks" : "cidr_blocks"].push_back(rule.network);
    if (!rule.egress) {
      ingress.push_back(one);
      continue;
    }
    if (rule.network.empty()) one["source_security_group_id"] = rule.group;
    one.erase("security_groups");
    one["type"] = "egress";
    one["security_group_id"] = "sg-1";
    rules.push_back(terraform_resource("aws_security_group_rule", fmt::format("out{}", rules.size()), one));
  }
  Json resources = Json::array({terraform_resource("aws_security_group", "pair", {{"id", "sg-1"}, {"name", "pair"}, {"ingress", ingress}, {"egress", Json::array()}})});
  for (const Json& rule : rules) resources.push_back(rule);
  return text(terraform_state(resources));
}

// --- OpenStack, Azure, GCP ---

std::string openstack(const Intent& intent) {
  Json rules = Json::array();
  for (const IntentRule& rule : intent) {
    if (rule.deny) continue;
    Json one{{"id", std::to_string(rules.size())}, {"direction", rule.egress ? "egress" : "ingress"}, {"ethertype", rule.ipv6 ? "IPv6" : "IPv4"}};
    one["protocol"] = rule.protocol == 0 ? Json() : Json(protocol_name(rule));
    one["port_range_min"] = has_ports(rule) ? Json(rule.from) : Json();
    one["port_range_max"] = has_ports(rule) ? Json(rule.to) : Json();
    one["remote_ip_prefix"] = rule.network.empty() ? Json() : Json(rule.network);
    one["remote_group_id"] = rule.network.empty() ? Json(rule.group) : Json();
    rules.push_back(one);
  }
  return text({{"security_groups", {{{"id", "sg-1"}, {"name", "pair"}, {"security_group_rules", rules}}}}});
}

std::string azure(const Intent& intent) {
  Json rules = Json::array();
  const auto add = [&](bool egress, bool deny, std::string_view protocol, const std::string& network, const std::string& port, int priority) {
    rules.push_back({{"name", fmt::format("rule{}", rules.size())},
                     {"properties", {{"protocol", protocol}, {"sourcePortRange", "*"}, {"destinationPortRange", port}, {"sourceAddressPrefix", egress ? "*" : network},
                                     {"destinationAddressPrefix", egress ? network : "*"}, {"access", deny ? "Deny" : "Allow"}, {"priority", priority},
                                     {"direction", egress ? "Outbound" : "Inbound"}}}});
  };
  int priority = 100;
  for (const IntentRule& rule : intent)
    add(rule.egress, rule.deny, rule.protocol == 0 ? "*" : rule.protocol == 6 ? "Tcp" : rule.protocol == 17 ? "Udp" : "Icmp",
        rule.network.empty() ? rule.group : rule.network, !has_ports(rule) || every_port(rule) ? "*" : ports(rule, '-'), priority++);
  // What Azure adds by itself is not part of the intent.
  add(false, true, "*", "*", "*", 4096);
  add(true, true, "*", "*", "*", 4096);
  return text({{"name", "pair"}, {"properties", {{"securityRules", rules}}}});
}

std::string gcp(const Intent& intent) {
  Json rules = Json::array();
  int priority = 100;
  for (const IntentRule& rule : intent) {
    if (rule.network.empty() && rule.egress) continue;  // egress knows networks only
    Json one{{"name", fmt::format("rule{}", rules.size())}, {"network", "vpc"}, {"direction", rule.egress ? "EGRESS" : "INGRESS"}, {"priority", priority++}};
    if (rule.network.empty()) one["sourceTags"] = {rule.group};
    else one[rule.egress ? "destinationRanges" : "sourceRanges"] = {rule.network};
    Json service{{"IPProtocol", rule.protocol == 0 ? "all" : protocol_name(rule)}};
    if (has_ports(rule) && !every_port(rule)) service["ports"] = {ports(rule, '-')};
    one[rule.deny ? "denied" : "allowed"] = Json::array({service});
    rules.push_back(one);
  }
  // Everything may leave a network unless a rule says otherwise.
  rules.push_back({{"name", "none"}, {"network", "vpc"}, {"direction", "EGRESS"}, {"priority", 65534}, {"denied", {{{"IPProtocol", "all"}}}}});
  return text(rules);
}

template <class T, std::size_t n>
const T& any_of(std::mt19937& random, const T (&values)[n]) {
  return values[random() % n];
}

}  // namespace

const std::vector<Writer>& writers() {
  static const std::vector<Writer> all{
      {"iptables.rules", iptables4, true}, {"iptables.ip6.rules", iptables6, true}, {"pf.conf", pf, true}, {"aws.json", aws}, {"aws-rules.json", aws_rules},
      {"nacl.json", nacl, true}, {"cloudformation.json", cloudformation}, {"terraform.json", terraform}, {"openstack.json", openstack},
      {"azure.json", azure, true}, {"gcp.json", gcp, true},
  };
  return all;
}

Intent random_intent(std::mt19937& random) {
  constexpr std::string_view v4[] = {"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "192.0.2.1/32", "54.225.248.128/27", "0.0.0.0/1", "255.255.255.255/32"};
  constexpr std::string_view v6[] = {"::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8::1/128", "::/1", "fe80::/10"};
  constexpr std::uint16_t borders[] = {0, 1, 22, 80, 443, 1024, 8080, 65534, 65535};
  Intent intent;
  const std::size_t count = 1 + random() % 8;
  for (std::size_t i = 0; i < count; ++i) {
    IntentRule rule;
    rule.egress = i == 0 || random() % 2 == 0;
    rule.ipv6 = random() % 3 == 0;
    rule.network = rule.ipv6 ? any_of(random, v6) : any_of(random, v4);
    constexpr std::uint8_t protocols[] = {6, 6, 17, 0, 1};
    rule.protocol = any_of(random, protocols);
    if (rule.ipv6 && rule.protocol == 1) rule.protocol = 17;  // not all formats have ICMPv6
    if (has_ports(rule) && random() % 5 != 0) {
      rule.from = any_of(random, borders);
      rule.to = any_of(random, borders);
      if (rule.from > rule.to) std::swap(rule.from, rule.to);
    }
    intent.push_back(rule);
  }
  return intent;
}

Intent random_rich_intent(std::mt19937& random) {
  Intent intent = random_intent(random);
  constexpr std::string_view groups[] = {"sg-1", "sg-2", "VirtualNetwork", "Internet", "Storage"};
  for (IntentRule& rule : intent) {
    rule.deny = random() % 3 == 0;
    if (random() % 3 == 0) rule.network.clear(), rule.group = any_of(random, groups);
  }
  return intent;
}

}  // namespace wallcheck::differential
