// What the AWS command line prints, to the common IR.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "cloud_fixture.h"

using namespace wallcheck;
using namespace wallcheck::tests;

namespace {

struct Row {
  std::string_view input, expected;
};

/// A group of a VPC with this permission in ingress, on line 2.
std::string permission(std::string_view text) {
  const std::string file = fmt::format("{{\"SecurityGroups\": [{{\"GroupId\": \"sg-1\", \"VpcId\": \"v\", \"IpPermissionsEgress\": [], \"IpPermissions\": [\n{}]}}]}}", text);
  std::string all = described(file);
  const std::string_view begin = "[sg-1]\ningress (drop)\n", end = "egress (drop)\n";
  REQUIRE(all.starts_with(begin));
  all.erase(0, begin.size());
  all.erase(all.find(end), end.size());
  return all;
}

}  // namespace

TEST_CASE("permissions of describe-security-groups") {
  const Row rows[] = {
      {R"({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: protocol 6, source 10.0.0.0/8, destination_port 22 -> accept\n"},
      {R"({"IpProtocol": "udp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})",
       "  2: protocol 17, source 0.0.0.0/0 -> accept\n"},
      {R"({"IpProtocol": "tcp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})",
       "  2: protocol 6, source 0.0.0.0/0 -> accept\n"},
      {R"({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "192.0.2.1/32"}], "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]})",
       "  2: source 192.0.2.1 -> accept\n  2: source 2001:db8::/32 -> accept\n"},
      {R"({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})",
       "  2: source ::-::fffe:ffff:ffff,::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff -> accept\n"},
      {R"({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})",
       "  2: protocol 1, source 0.0.0.0/0, icmp 8/0:8/255 -> accept\n"},
      {R"({"IpProtocol": "icmp", "FromPort": 3, "ToPort": 4, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})",
       "  2: protocol 1, source 0.0.0.0/0, icmp 3/4 -> accept\n"},
      {R"({"IpProtocol": "icmpv6", "FromPort": -1, "ToPort": -1, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/64"}]})",
       "  2: protocol 58, source 2001:db8::/64 -> accept\n"},
      {R"({"IpProtocol": "58", "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/64"}]})", "  2: protocol 58, source 2001:db8::/64 -> accept\n"},
      {R"({"IpProtocol": "50", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})", "  2: protocol 50, source 0.0.0.0/0 -> accept\n"},
      {R"({"IpProtocol": "50", "FromPort": 500, "ToPort": 500, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})",
       "  2: protocol 50, source 0.0.0.0/0 -> accept\n2:22 WC423 protocol 50 has no ports that AWS looks at: the rule lets all of it pass\n"},
      {R"({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})",
       "  2: protocol 6, source 0.0.0.0/0, destination_port 0 -> accept\n2:23 WC424 ports 0 to 0 are port 0 alone, not every tcp port\n"},
      {R"({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.1.2.3/8"}]})",
       "  2: protocol 6, source 10.0.0.0/8, destination_port 22 -> accept\n2:67 WC426 10.1.2.3/8 has bits set behind its prefix: it means 10.0.0.0/8\n"},
      {R"({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "1"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]})",
       "  2: protocol 6, opaque<source in prefix list pl-1>, destination_port 22 -> accept\n"
       "  2: protocol 6, opaque<source in security group sg-2>, destination_port 22 -> accept\n"},
      {"{\"IpProtocol\": \"tcp\",\n \"FromPort\": 22,\n \"ToPort\": 23, \"IpRanges\": [{\"CidrIp\": \"10.0.0.0/8\"}]}",
       "  3: protocol 6, source 10.0.0.0/8, destination_port 22:23 -> accept\n"},
      // What cannot be read may hold for any packet.
      {R"({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 1000000000, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: protocol 6, source 10.0.0.0/8, opaque<\"FromPort\": 22> -> accept\n"
       "2:23 WC902 the ports 22 to 1000000000 are no ports\n  expected numbers from 0 to 65535\n"},
      {R"({"IpProtocol": "tcp", "FromPort": "x", "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: protocol 6, source 10.0.0.0/8, opaque<\"FromPort\": \"x\"> -> accept\n2:23 WC902 \"x\" is not a port\n  expected a number from 0 to 65535\n"},
      {R"({"IpProtocol": "tcp", "FromPort": 23, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: protocol 6, source 10.0.0.0/8, opaque<\"FromPort\": 23> -> accept\n2:23 WC902 the ports 23 to 22 run backwards\n  expected the lower port first\n"},
      {R"({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: protocol 6, source 10.0.0.0/8, opaque<\"IpProtocol\": \"tcp\"> -> accept\n2:2 WC902 a rule for tcp without ports\n  expected a first and a last port\n"},
      {R"({"IpProtocol": "tpc", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: source 10.0.0.0/8, opaque<\"IpProtocol\": \"tpc\"> -> accept\n2:2 WC902 \"tpc\" is no protocol; did you mean \"tcp\"?\n"
       "  expected tcp, udp, icmp, icmpv6, a number from 0 to 255, or -1\n"},
      {R"({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.300/8"}]})",
       "  2: opaque<source is \"10.0.0.300/8\"> -> accept\n2:36 WC902 \"10.0.0.300/8\" is not a network\n  expected a network such as 10.0.0.0/8 or 2001:db8::/32\n"},
      {R"({"IpProtocol": "-1", "Condition": "x", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})",
       "  2: source 10.0.0.0/8, opaque<\"Condition\": \"x\"> -> accept\n2:22 WC902 \"Condition\" is not known in a rule\n"},
      {R"({"IpProtocol": "-1", "IpRanges": "10.0.0.0/8"})",
       "  2: opaque<source is \"10.0.0.0/8\"> -> accept\n2:22 WC902 IpRanges is a string\n  expected an array\n"},
      {R"("all")", "  2: opaque<\"all\"> -> accept\n2:1 WC902 a string where a permission should be\n  expected an object with IpProtocol\n"},
  };
  for (const Row& row : rows) CHECK(permission(row.input) == row.expected);
}

TEST_CASE("groups: defaults, names, files of several groups") {
  const Row rows[] = {
      {R"({"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}]})",
       "[sg-1 web]\ningress (drop)\negress (drop)\n"},
      {R"({"SecurityGroups": [{"GroupName": "old", "IpPermissions": []}]})",
       "[old]\ningress (drop)\negress (accept)\n1:22 WC420 no VpcId and no egress rules: read as a group of EC2-Classic, where everything may leave\n"},
      {R"({"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "v", "IpPermissions": []}]})",
       "[sg-1]\ningress (drop)\negress (drop)\n  1: opaque<IpPermissionsEgress> -> accept\n"
       "1:22 WC902 the group has no IpPermissionsEgress: what it says of egress is not in the file\n  expected IpPermissionsEgress\n"},
      // What stands among groups and is none is not passed over.
      {R"({"SecurityGroups": [{"GroupId": "a", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []}, {"GroupId": "b"}]})",
       "[a]\ningress (drop)\negress (drop)\n1:101 WC902 this stands among firewalls but is none that is known\n"},
      // A bare group, an array, pages, JSON lines.
      {R"({"GroupId": "a", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []})", "[a]\ningress (drop)\negress (drop)\n"},
      {R"([{"GroupId": "a", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []},
           {"GroupId": "b", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []}])",
       "[a]\ningress (drop)\negress (drop)\n[b]\ningress (drop)\negress (drop)\n"},
      {"{\"SecurityGroups\": [{\"GroupId\": \"a\", \"VpcId\": \"v\", \"IpPermissions\": [], \"IpPermissionsEgress\": []}], \"NextToken\": \"x\"}\n"
       "{\"SecurityGroups\": [{\"GroupId\": \"b\", \"VpcId\": \"v\", \"IpPermissions\": [], \"IpPermissionsEgress\": []}]}\n",
       "[a]\ningress (drop)\negress (drop)\n[b]\ningress (drop)\negress (drop)\n"},
  };
  for (const Row& row : rows) CHECK(described(row.input) == row.expected);
}

TEST_CASE("describe-security-group-rules: rules find their group") {
  CHECK(described(R"({"SecurityGroupRules": [
    {"SecurityGroupRuleId": "r1", "GroupId": "sg-1", "IsEgress": false, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv4": "0.0.0.0/0", "Description": "", "Tags": []},
    {"SecurityGroupRuleId": "r2", "GroupId": "sg-2", "IsEgress": true, "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv6": "2001:db8::/32"},
    {"SecurityGroupRuleId": "r3", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "ReferencedGroupInfo": {"GroupId": "sg-2"}},
    {"SecurityGroupRuleId": "r4", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "udp", "FromPort": 53, "ToPort": 53}
  ]})") == R"([sg-1]
ingress (drop)
  2: protocol 6, source 0.0.0.0/0, destination_port 443 -> accept
egress (drop)
  4: protocol 17, opaque<destination in security group sg-2>, destination_port 53 -> accept
  5: protocol 17, opaque<destination is {"SecurityGroupRuleId": "r4", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "udp", "FromPort": 53, "ToPort": 53}>, destination_port 53 -> accept
[sg-2]
ingress (drop)
egress (drop)
  3: destination 2001:db8::/32 -> accept
5:5 WC902 a rule that names no addresses
  expected CidrIpv4, CidrIpv6, PrefixListId or ReferencedGroupInfo
)");
}

TEST_CASE("network ACLs: by rule number, and an allow behind its deny is told") {
  CHECK(described(R"({"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [
    {"RuleNumber": 200, "Protocol": "6", "RuleAction": "allow", "Egress": false, "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 22, "To": 22}},
    {"RuleNumber": 100, "Protocol": "6", "RuleAction": "deny", "Egress": false, "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 0, "To": 1023}},
    {"RuleNumber": 300, "Protocol": "1", "RuleAction": "allow", "Egress": true, "Ipv6CidrBlock": "2001:db8::/32", "IcmpTypeCode": {"Type": 3, "Code": -1}},
    {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": true, "CidrBlock": "0.0.0.0/0"},
    {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": false, "CidrBlock": "0.0.0.0/0"}
  ]}]})") == R"([acl-1]
ingress (drop)
  3: protocol 6, source 0.0.0.0/0, destination_port 0:1023 -> drop
  2: protocol 6, source 0.0.0.0/0, destination_port 22 -> accept
  6: source 0.0.0.0/0 -> drop
egress (drop)
  4: protocol 1, destination 2001:db8::/32, icmp 3/0:3/255 -> accept
  5: destination 0.0.0.0/0 -> drop
2:122 WC425 rule 200 allows what rule 100 has denied before: it has no effect
)");
}

TEST_CASE("groups are attached by --group or by a side file") {
  constexpr std::string_view groups = R"([
{"GroupId": "a", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
{"GroupId": "b", "GroupName": "bee", "VpcId": "v", "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "a"}]}], "IpPermissionsEgress": []},
{"GroupId": "c", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []}])";
  frontend::Options options;
  options.groups = {"a", "bee"};
  CHECK(described(groups, options) == R"([a+b bee]
ingress (drop)
  3: opaque<source in security group a> -> accept
egress (drop)
  2: protocol 6, destination 0.0.0.0/0, destination_port 1 -> accept
1:1 WC429 1 other group of the file is not looked at: --group names what is attached together
)");
  options.groups = {"a", "nobody"};
  CHECK(problems(load_json(groups, options)).starts_with("1:1 WC429 2 other groups"));
  CHECK(load_json(groups, options).incomplete);
  options.groups = {"nobody"};
  CHECK(problems(load_json(groups, options)) == "1:1 WC429 none of the groups that --group names is in the file: each group is looked at by itself\n");

  options.groups.clear();
  options.attachments = {side_file("eni.json", R"({"NetworkInterfaces": [
    {"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "b"}, {"GroupId": "a"}], "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.5"}]},
    {"NetworkInterfaceId": "eni-2", "Groups": [{"GroupId": "a"}, {"GroupId": "b"}], "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.6"}], "Ipv6Addresses": []}]})")};
  CHECK(described(groups, options) == R"([a+b bee]
ingress (drop)
  3: (source 10.0.0.5-10.0.0.6 | opaque<source in security group a>) -> accept
egress (drop)
  2: protocol 6, destination 0.0.0.0/0, destination_port 1 -> accept
[c]
ingress (drop)
egress (drop)
)");
  options.address_sets = {side_file("a", "# web\n10.1.0.0/16\n\n10.2.0.0/16 # db\n")};
  CHECK(described(groups, options).find("3: source 10.1.0.0-10.2.255.255 -> accept") != std::string::npos);
}

TEST_CASE("address sets: lines, prefix lists, service tags") {
  constexpr std::string_view group = R"({"GroupId": "g", "VpcId": "v", "IpPermissionsEgress": [], "IpPermissions": [{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}]})";
  const Row rows[] = {
      {"10.0.0.0/8\r\n2001:db8::/32\r\n", "  1: source 10.0.0.0/8,2001:db8::/32 -> accept\n"},
      {R"({"Entries": [{"Cidr": "10.0.0.0/8", "Description": "x"}]})", "  1: source 10.0.0.0/8 -> accept\n"},
      {R"(["10.0.0.0/8"])", "  1: source 10.0.0.0/8 -> accept\n"},
      {R"({"values": [{"name": "Storage", "properties": {"addressPrefixes": ["10.9.0.0/16"]}}, {"name": "pl-1", "properties": {"addressPrefixes": ["10.8.0.0/16"]}}]})",
       "  1: source 10.8.0.0/16 -> accept\n"},
      {"10.0.0.0/8\nhere\n", "  1: (source 10.0.0.0/8 | opaque<source in prefix list pl-1>) -> accept\n"},
  };
  for (const Row& row : rows) {
    frontend::Options options;
    options.address_sets = {side_file("pl-1", row.input)};
    const std::string text = described(group, options);
    const std::string_view begin = "[g]\ningress (drop)\n";
    CHECK(text.substr(begin.size(), text.find("egress") - begin.size()) == row.expected);
  }
}

TEST_CASE("a network ACL in front is a stage of its own, without state") {
  frontend::Options options;
  options.network_acl = side_file("acl.json", R"({"NetworkAclId": "acl-1", "Entries": []})");
  const auto loaded = load_json(R"({"GroupId": "g", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []})", options);
  REQUIRE(loaded.firewalls.size() == 1);
  const ir::Firewall& firewall = loaded.firewalls[0];
  const auto& in = firewall.path(ir::Path::ingress);
  const auto& out = firewall.path(ir::Path::egress);
  REQUIRE(in.size() == 2);
  REQUIRE(out.size() == 2);
  CHECK(firewall.strings[in[0].name] == "ingress of acl-1");
  CHECK(firewall.strings[out[1].name] == "egress of acl-1");
  CHECK((in[0].tracker == -1 && in[0].reply_tracker == -1 && out[1].tracker == -1));
  CHECK((in[1].tracker == out[0].reply_tracker && out[0].tracker == in[1].reply_tracker && in[1].tracker != out[0].tracker));
  CHECK(firewall.path(ir::Path::forward).size() == 4);

  options.network_acl = side_file("acl.json", "[]");
  CHECK(load_json(R"({"GroupId": "g", "VpcId": "v", "IpPermissions": [], "IpPermissionsEgress": []})", options).incomplete);
}

TEST_CASE("GCP: a target tag that the user names says which instance it is") {
  constexpr std::string_view rules = R"([
{"name": "a", "network": "vpc", "sourceRanges": ["10.0.0.0/8"], "targetTags": ["web", "api"], "allowed": [{"IPProtocol": "tcp"}]},
{"name": "b", "network": "vpc", "sourceRanges": ["10.0.0.0/8"], "targetTags": ["db"], "allowed": [{"IPProtocol": "udp"}]},
{"name": "c", "network": "vpc", "allowed": [{"IPProtocol": "icmp"}]}])";
  frontend::Options options;
  options.groups = {"web"};
  CHECK(described(rules, options) == "[vpc]\ningress (drop)\n  2: protocol 6, source 10.0.0.0/8 -> accept\n  4: protocol 1 -> accept\negress (accept)\n");
}
