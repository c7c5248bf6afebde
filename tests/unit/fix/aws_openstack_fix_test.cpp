// Fixes of security groups and network ACLs: the whole file that comes out, what the proof says of it, and the commands beside it.

#include "fixing.h"

#include <fmt/format.h>

#include "fix/grants.h"

using namespace wallcheck;
using namespace wallcheck::fix;

namespace {

struct CloudRow {
  std::string what;
  std::string file;
  policy::Pack pack;
  std::string after;    ///< empty: there is no fix
  std::string changes;  ///< the proof, or a part of why there is none
  std::vector<std::string> commands = {};
  std::vector<std::string> groups = {};  ///< --group
};

/// Each row, and that there is nothing left to fix in what comes out.
void check_cloud(ir::Format format, std::span<const CloudRow> rows) {
  for (const CloudRow& row : rows) {
    DYNAMIC_SECTION(row.what) {
      frontend::Options options;
      options.groups = row.groups;
      Case test(row.file, row.pack, {}, format, options);
      REQUIRE(test.sites.size() == 1);
      find_fixes(test.subject(), 0, test.sites[0]);
      const auto finding = std::ranges::find_if(test.sites[0].findings, [](const check::Finding& f) { return !f.flow.empty(); });
      REQUIRE(finding != test.sites[0].findings.end());
      CAPTURE(finding->no_fix);
      REQUIRE(finding->fixes.empty() == row.after.empty());
      if (row.after.empty()) {
        CHECK_THAT(finding->no_fix, Catch::Contains(row.changes));
        continue;
      }
      const std::string after = edited(row.file, finding->fixes[0].edits);
      CHECK(after == row.after);
      CHECK(finding->fixes[0].changes == row.changes);
      CHECK(finding->fixes[0].commands == row.commands);
      const Case again(after, row.pack, {}, format, options);
      CHECK(again.sites[0].flows[0].verdict == finding->fixes[0].after);
      CHECK(repair(again.subject(), again.sites).edits.empty());
    }
  }
}

policy::Pack web_out(std::vector<policy::Service> services) { return pack({flow("web", "cloud", "platform", std::move(services))}); }
policy::Pack both_families(policy::Pack p) {
  p.family.reset();
  return p;
}

std::string aws(const std::string& in, const std::string& out, const std::string& id = "sg-1") {
  return R"({"SecurityGroups": [{"GroupId": ")" + id + R"(", "IpPermissions": [)" + in + R"(], "IpPermissionsEgress": [)" + out + R"(], "VpcId": "vpc-1"}]})";
}
const std::string egress_command = "aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions ";
const std::string any_3011 = R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []})";
const std::string any_3011_compact = R"('[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]')";
const std::string monitoring_passes = "+udp any > any:3011 out, nothing else";

std::string nacl(const std::string& entries) { return R"({"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": [)" + entries + "]}]}"; }
std::string entry(int number, bool egress, std::string_view protocol, bool allow, const std::string& ports = "", const std::string& network = R"("CidrBlock": "0.0.0.0/0")") {
  return fmt::format(R"({{"RuleNumber": {}, "Egress": {}, "Protocol": "{}", "RuleAction": "{}", {}{}}})", number, egress, protocol, allow ? "allow" : "deny", network,
                     ports.empty() ? "" : R"(, "PortRange": {)" + ports + "}");
}
const std::string deny_out = entry(32767, true, "-1", false), deny_in = entry(32767, false, "-1", false);
const std::string ports_3011 = R"("From": 3011, "To": 3011)";

std::string neutron(const std::string& rules, const std::string& more = "") {
  return R"({"security_groups": [{"id": "g-1", "name": "web")" + more + R"(, "security_group_rules": [)" + rules + "]}]}";
}
const std::string openstack_3011 = "openstack security group rule create --egress --ethertype IPv4 --protocol udp --remote-ip 0.0.0.0/0 --dst-port 3011 ";

}  // namespace

TEST_CASE("aws: one more permission, or one more network of a permission that is there") {
  const std::string ours = R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]})";
  const std::string every_v4 = R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})";
  const std::string ssh = R"({"FromPort": 22, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "ToPort": 22})";
  const CloudRow rows[] = {
      {"a group that permits nothing", aws("", ""), monitoring(), aws("", any_3011), monitoring_passes, {egress_command + any_3011_compact}},
      {"keys and lists as the others have them", aws("", ssh), monitoring(), aws("", ssh + R"(, {"FromPort": 3011, "IpProtocol": "udp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "ToPort": 3011})"),
       monitoring_passes, {egress_command + any_3011_compact}},
      {"another network for the same port", aws("", ours), with_addresses(monitoring(), {"192.0.2.0/24"}),
       aws("", R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "198.51.100.0/24"}, {"CidrIp": "192.0.2.0/24"}]})"),
       "+udp any > 192.0.2.0/24:3011 out, nothing else", {egress_command + R"('[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"192.0.2.0/24"}]}]')"}},
      {"of two networks the one that is not there", aws("", ours), with_addresses(monitoring(), {"198.51.100.0/24", "192.0.2.7/32"}),
       aws("", R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "198.51.100.0/24"}, {"CidrIp": "192.0.2.7/32"}]})"),
       "+udp any > 192.0.2.7:3011 out, nothing else", {egress_command + R"('[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"192.0.2.7/32"}]}]')"}},
      {"what is no network is several", aws("", ours), with_addresses(monitoring(), {"192.0.2.1/32", "192.0.2.2/31"}),
       aws("", R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "198.51.100.0/24"}, {"CidrIp": "192.0.2.1/32"}, {"CidrIp": "192.0.2.2/31"}]})"),
       "+udp any > 192.0.2.1-192.0.2.3:3011 out, nothing else",
       {egress_command + R"('[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"192.0.2.1/32"},{"CidrIp":"192.0.2.2/31"}]}]')"}},
      {"both families", aws("", ssh), both_families(monitoring()),
       aws("", ssh + R"(, {"FromPort": 3011, "IpProtocol": "udp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "ToPort": 3011})"), monitoring_passes,
       {egress_command + R"('[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"0.0.0.0/0"}],"Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]')"}},
      {"two ports that are neighbours", aws("", ssh), web_out({tcp(80), tcp(81)}),
       aws("", ssh + R"(, {"FromPort": 80, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "ToPort": 81})"), "+tcp any > any:80 out, +tcp any > any:81 out, nothing else",
       {egress_command + R"('[{"IpProtocol":"tcp","FromPort":80,"ToPort":81,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]')"}},
      {"a message, from outside", aws(ssh, ""), pack({flow("ping", "platform", "cloud", {service(ir::protocol::icmp, {}, "")})}),
       aws(ssh + R"(, {"FromPort": 8, "IpProtocol": "icmp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "ToPort": 0})", ""), "+icmp any > any in, nothing else",
       {R"(aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions '[{"IpProtocol":"icmp","FromPort":8,"ToPort":0,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]')"}},
      {"the own end is not for a group to say", aws("", ssh), [] {
         policy::Pack p = monitoring();
         p.roles[0].addresses = std::vector{*parse_prefix("10.0.0.0/8")};
         return p;
       }(), aws("", ssh + R"(, {"FromPort": 3011, "IpProtocol": "udp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "ToPort": 3011})"), monitoring_passes, {egress_command + any_3011_compact}},
      {"an id that a shell would take for more", aws("", "", "sg 1'; id"), monitoring(), aws("", any_3011, "sg 1'; id"), monitoring_passes,
       {R"(aws ec2 authorize-security-group-egress --group-id 'sg 1'\''; id' --ip-permissions )" + any_3011_compact}},
      {"... and a terminal", aws("", "", R"(sg\u001b[2J)"), monitoring(), aws("", any_3011, R"(sg\u001b[2J)"), monitoring_passes,
       {R"(aws ec2 authorize-security-group-egress --group-id $'sg\x1b[2J' --ip-permissions )" + any_3011_compact}},
      {"... and the command line for a file", aws("", "", "file:///etc/passwd"), monitoring(), aws("", any_3011, "file:///etc/passwd"), monitoring_passes, {}},
      {"no list to put it in", R"([{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": []}])", monitoring(), "", "--verdict conditional"},
      {"of groups that are attached together, the first one named", R"([{"GroupId":"sg-1","VpcId":"v","IpPermissions":[],"IpPermissionsEgress":[]},{"GroupId":"sg-2","VpcId":"v","IpPermissions":[],"IpPermissionsEgress":[)" + every_v4 + "]}]",
       with_addresses(web_out({tcp(80)}), {"192.0.2.7/32"}),
       R"([{"GroupId":"sg-1","VpcId":"v","IpPermissions":[],"IpPermissionsEgress":[]},{"GroupId":"sg-2","VpcId":"v","IpPermissions":[],"IpPermissionsEgress":[)" + every_v4 +
           R"(, {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "192.0.2.7/32"}]}]}])",
       "+tcp any > 192.0.2.7:80 out, nothing else",
       {R"(aws ec2 authorize-security-group-egress --group-id sg-2 --ip-permissions '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"IpRanges":[{"CidrIp":"192.0.2.7/32"}]}]')"}, {"sg-2", "sg-1"}},
  };
  check_cloud(ir::Format::aws, rows);
}

TEST_CASE("aws: rules one by one") {
  const std::string first = R"({"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IsEgress": true, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8", "Tags": []})";
  const std::string other = R"({"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-2", "IsEgress": true, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv4": "10.0.0.0/8", "Tags": []})";
  const std::string ours = R"({"GroupId": "sg-1", "IsEgress": true, "IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "CidrIpv4": "0.0.0.0/0", "Tags": []})";
  const std::string ours_v6 = R"({"GroupId": "sg-1", "IsEgress": true, "IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "CidrIpv6": "::/0", "Tags": []})";
  const auto file = [](const std::string& rules) { return R"({"SecurityGroupRules": [)" + rules + "]}"; };
  const CloudRow rows[] = {
      {"behind those of the group", file(first + ", " + other), monitoring(), file(first + ", " + ours + ", " + other), monitoring_passes, {egress_command + any_3011_compact}, {"sg-1"}},
      {"a rule a family", file(first), both_families(monitoring()), file(first + ", " + ours + ", " + ours_v6), monitoring_passes,
       {egress_command + R"('[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"0.0.0.0/0"}],"Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]')"}},
  };
  check_cloud(ir::Format::aws, rows);
}

TEST_CASE("the rule of a group that is the wrong way round is taken away beside the fix") {
  const std::string wrong = R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})";
  const std::string ssh = R"({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}], "Ipv6Ranges": []})";
  const std::string ssh_row = R"({"ID": "r-1", "IP Protocol": "tcp", "Ethertype": "IPv4", "IP Range": "0.0.0.0/0", "Port Range": "22:22", "Direction": "ingress"})";
  struct {
    std::string what;
    ir::Format format;
    std::string file, after;
    bool families;
    std::vector<std::string> commands;
  } const rows[] = {
      {"a permission", ir::Format::aws, aws(ssh + ", " + wrong, ""), aws(ssh, ""), true,
       {R"(aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"0.0.0.0/0"}],"Ipv6Ranges":[{"CidrIpv6":"::/0"}]}]')"}},
      {"a network of one", ir::Format::aws, aws(wrong + ", " + ssh, ""),
       aws(R"({"IpProtocol": "udp", "FromPort": 3011, "ToPort": 3011, "IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, )" + ssh, ""), false,
       {R"(aws ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions '[{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]')"}},
      {"a rule by itself", ir::Format::aws, R"([{"SecurityGroupRuleId":"sgr-7","GroupId":"sg-1","IsEgress":false,"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"CidrIpv4":"0.0.0.0/0"},)"
       R"({"SecurityGroupRuleId":"sgr-8","GroupId":"sg-1","IsEgress":false,"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}])",
       R"([{"SecurityGroupRuleId":"sgr-8","GroupId":"sg-1","IsEgress":false,"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"}])", false,
       {"aws ec2 revoke-security-group-ingress --group-id sg-1 --security-group-rule-ids sgr-7"}},
      {"an entry", ir::Format::nacl, nacl(entry(100, false, "17", true, ports_3011) + ", " + deny_in), nacl(deny_in), false,
       {"aws ec2 delete-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 100"}},
      {"a rule of OpenStack", ir::Format::openstack, "[" + ssh_row + R"(, {"ID": "-r 2", "IP Protocol": "udp", "Ethertype": "IPv4", "IP Range": "0.0.0.0/0", "Port Range": "3011:3011", "Direction": "ingress"}])",
       "[" + ssh_row + "]", false, {"openstack security group rule delete -- '-r 2'"}},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.what) {
      Case test(row.file, row.families ? both_families(monitoring()) : monitoring(), {}, row.format);
      find_fixes(test.subject(), 0, test.sites.at(0));
      const auto finding = std::ranges::find(test.sites[0].findings, "monitoring", &check::Finding::flow);
      REQUIRE(finding != test.sites[0].findings.end());
      CHECK(finding->diagnostic.code == std::string("WC102"));
      REQUIRE(finding->fixes.size() == 2);
      CHECK(edited(row.file, finding->fixes[1].edits) == row.after);
      CHECK(finding->fixes[1].commands == row.commands);
      CHECK_THAT(finding->fixes[1].changes, Catch::StartsWith("-udp any > any:3011 in"));
    }
  }
}

TEST_CASE("nacl: an entry with a free number, where it takes effect") {
  const std::string web = entry(100, true, "6", true, R"("From": 80, "To": 80)");
  const auto with_number = [](int number) { return entry(number, true, "17", true, ports_3011); };
  const auto create = [](int number) {
    return fmt::format("aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number {} --protocol 17 --rule-action allow --cidr-block 0.0.0.0/0 --port-range From=3011,To=3011", number);
  };
  const auto deny = [](int number) { return entry(number, true, "17", false); };
  const std::string https = entry(200, true, "6", true, R"("From": 443, "To": 443)"), answers = entry(100, false, "6", true, R"("From": 1024, "To": 65535)");
  // PortRange stands behind what it follows in AWS's order, where no entry of the file shows one.
  const auto other_entry = [](bool egress, int from, int to) {
    return fmt::format(R"({{"RuleNumber": 100, "Egress": {}, "PortRange": {{"From": {}, "To": {}}}, "Protocol": "6", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}})", egress, from, to);
  };
  const CloudRow rows[] = {
      {"before what denies the rest", nacl(web + ", " + deny_out), monitoring(), nacl(web + ", " + with_number(200) + ", " + deny_out), monitoring_passes, {create(200)}},
      {"in steps of the file's own", nacl(entry(110, true, "6", true, R"("From": 80, "To": 80)") + ", " + deny_out), monitoring(),
       nacl(entry(110, true, "6", true, R"("From": 80, "To": 80)") + ", " + with_number(120) + ", " + deny_out), monitoring_passes, {create(120)}},
      {"no entry of this direction", nacl(deny_in), monitoring(), nacl(deny_in + R"(, {"RuleNumber": 100, "Egress": true, "PortRange": {"From": 3011, "To": 3011}, "Protocol": "17", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"})"),
       monitoring_passes, {create(100)}},
      {"between two entries", nacl(web + ", " + deny(110)), monitoring(), nacl(web + ", " + with_number(105) + ", " + deny(110)), monitoring_passes, {create(105)}},
      {"past an entry that permits", nacl(web + ", " + deny(101)), monitoring(), nacl(with_number(1) + ", " + web + ", " + deny(101)), monitoring_passes, {create(1)}},
      {"but not past one that denies", nacl(entry(100, true, "6", false) + ", " + deny(101)), monitoring(), "", "have to be numbered anew"},
      {"the numbers are all taken", nacl(deny(1)), monitoring(), "", "have to be numbered anew"},
      {"answers come in by an entry of their own", nacl(deny_out + ", " + deny_in), web_out({tcp(443)}),
       nacl(other_entry(true, 443, 443) + ", " + deny_out + ", " + other_entry(false, 1024, 65535) + ", " + deny_in),
       "+tcp any > any:443 out, +tcp any > any:1024-65535 in, nothing else",
       {"aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 100 --protocol 6 --rule-action allow --cidr-block 0.0.0.0/0 --port-range From=443,To=443",
        "aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 100 --protocol 6 --rule-action allow --cidr-block 0.0.0.0/0 --port-range From=1024,To=65535"}},
      {"the answers alone", nacl(https + ", " + deny_in), web_out({tcp(443)}), nacl(https + ", " + answers + ", " + deny_in), "+tcp any > any:1024-65535 in, nothing else",
       {"aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 100 --protocol 6 --rule-action allow --cidr-block 0.0.0.0/0 --port-range From=1024,To=65535"}},
      {"IPv6", nacl(deny_out), both_families(with_addresses(monitoring(), {"2001:db8::/32"})),
       nacl(R"({"Ipv6CidrBlock": "2001:db8::/32", "RuleNumber": 100, "Egress": true, "PortRange": {"From": 3011, "To": 3011}, "Protocol": "17", "RuleAction": "allow"}, )" + deny_out), "+udp any > [2001:db8::/32]:3011 out, nothing else",
       {"aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number 100 --protocol 17 --rule-action allow --ipv6-cidr-block 2001:db8::/32 --port-range From=3011,To=3011"}},
  };
  check_cloud(ir::Format::nacl, rows);
}

TEST_CASE("openstack: one more rule, in the shape that the file has") {
  const std::string ssh = R"({"id": "r-1", "direction": "egress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 22, "port_range_max": 22, "remote_ip_prefix": "0.0.0.0/0", "remote_group_id": null, "security_group_id": "g-1", "description": "x"})";
  const std::string ours = R"({"direction": "egress", "ethertype": "IPv4", "protocol": "udp", "port_range_min": 3011, "port_range_max": 3011, "remote_ip_prefix": "0.0.0.0/0", "remote_group_id": null, "security_group_id": "g-1", "description": ""})";
  const std::string row = R"({"ID": "r-1", "IP Protocol": "tcp", "Ethertype": "IPv4", "IP Range": "0.0.0.0/0", "Port Range": "22:22", "Direction": "egress", "Remote Security Group": null, "Security Group": "g-1"})";
  const std::string our_row = R"({"IP Protocol": "udp", "Ethertype": "IPv4", "IP Range": "0.0.0.0/0", "Port Range": "3011:3011", "Direction": "egress", "Remote Security Group": null, "Security Group": "g-1"})";
  const std::string line = "direction='egress', ethertype='IPv4', id='r-1', port_range_max='22', port_range_min='22', protocol='tcp', remote_ip_prefix='0.0.0.0/0'";
  const std::string our_line = "direction='egress', ethertype='IPv4', port_range_max='3011', port_range_min='3011', protocol='udp', remote_ip_prefix='0.0.0.0/0'";
  const std::string https_out = R"({"direction": "egress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 443, "port_range_max": 443, "remote_ip_prefix": null})";
  const std::string answers_in = R"({"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 1024, "port_range_max": 65535, "remote_ip_prefix": "0.0.0.0/0"})";
  const CloudRow rows[] = {
      {"the API's", neutron(ssh), monitoring(), neutron(ssh + ", " + ours), monitoring_passes, {openstack_3011 + "g-1"}},
      {"a group without rules", neutron(""), monitoring(),
       neutron(R"({"direction": "egress", "ethertype": "IPv4", "protocol": "udp", "port_range_min": 3011, "port_range_max": 3011, "remote_ip_prefix": "0.0.0.0/0", "remote_group_id": null})"),
       monitoring_passes, {openstack_3011 + "g-1"}},
      {"what `show` prints", R"({"name": "-web", "rules": [)" + ssh + "]}", monitoring(), R"({"name": "-web", "rules": [)" + ssh + ", " + ours + "]}", monitoring_passes, {openstack_3011 + "-- -web"}},
      {"... as one text", R"({"name": "it's", "rules": ")" + line + "\"}", monitoring(), R"({"name": "it's", "rules": ")" + line + "\\n" + our_line + "\"}", monitoring_passes,
       {openstack_3011 + R"('it'\''s')"}},
      {"the columns of a list", "[" + row + "]", monitoring(), "[" + row + ", " + our_row + "]", monitoring_passes, {openstack_3011 + "g-1"}},
      {"rules without their group", R"({"security_group_rules": [)" + ssh + "]}", monitoring(), R"({"security_group_rules": [)" + ssh + ", " + ours + "]}", monitoring_passes, {openstack_3011 + "g-1"}},
      {"a message has a type for ports", "[" + row + "]", web_out({service(ir::protocol::icmp, {}, "")}),
       "[" + row + R"(, {"IP Protocol": "icmp", "Ethertype": "IPv4", "IP Range": "0.0.0.0/0", "Port Range": "type=8:code=0", "Direction": "egress", "Remote Security Group": null, "Security Group": "g-1"}])",
       "+icmp any > any out, nothing else", {"openstack security group rule create --egress --ethertype IPv4 --protocol icmp --remote-ip 0.0.0.0/0 --icmp-type 8 --icmp-code 0 g-1"}},
      {"a group that knows no connections: answers", neutron(https_out, R"(, "stateful": false)"), web_out({tcp(443)}), neutron(https_out + ", " + answers_in, R"(, "stateful": false)"),
       "+tcp any > any:1024-65535 in, nothing else", {"openstack security group rule create --ingress --ethertype IPv4 --protocol tcp --remote-ip 0.0.0.0/0 --dst-port 1024:65535 g-1"}},
  };
  check_cloud(ir::Format::openstack, rows);
}

TEST_CASE("a network ACL in front is not changed through the file of the groups") {
  frontend::Options options;
  options.network_acl = frontend::SideFile{"acl.json", std::make_shared<SourceFile>("acl.json", nacl(deny_out + ", " + deny_in))};
  Case test(aws("", any_3011), monitoring(), {}, ir::Format::aws, options);
  find_fixes(test.subject(), 0, test.sites.at(0));
  REQUIRE(!test.sites[0].findings.empty());
  CHECK(test.sites[0].findings[0].fixes.empty());
  CHECK_THAT(test.sites[0].findings[0].no_fix, Catch::Contains("acl.json line 1"));
}

TEST_CASE("words for a shell") {
  const std::pair<std::string, std::string> rows[] = {
      {"sg-1", "sg-1"}, {"", "''"}, {"a b", "'a b'"}, {"it's", R"('it'\''s')"}, {"$(id)", "'$(id)'"}, {"a\\b", R"('a\b')"}, {"ü", "'ü'"}, {"a\nb'\\", R"($'a\x0ab\'\\')"},
      {"\t", R"($'\x09')"}, {"\xff", R"($'\xff')"}, {"\u202e", R"($'\xe2\x80\xae')"},
  };
  for (const auto& [text, word] : rows) CHECK(shell_word(text) == word);
  CHECK(shell_option("--id", "-x") == " --id=-x");
}
