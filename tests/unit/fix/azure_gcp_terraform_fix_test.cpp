// Fixes of Azure, GCP, CloudFormation and Terraform files: what is put in, the command or the block beside it, or why there is none. After
// each of them the flow passes, and there is nothing left to fix.

#include "fixing.h"

using namespace wallcheck;
using namespace wallcheck::fix;
using ir::Format;

namespace {

struct CloudRow {
  std::string what, file;
  policy::Pack pack;
  std::string put_in;    ///< what the changed file has that the file has not; empty: there is no fix
  std::string beside;    ///< commands, or the snippet; or a part of why there is none
  std::vector<std::string> groups = {};
  std::string opens = {};  ///< a part of it
};

void check_cloud(Format format, std::span<const CloudRow> rows) {
  for (const CloudRow& row : rows) {
    DYNAMIC_SECTION(row.what) {
      frontend::Options options;
      options.groups = row.groups;
      Case test(row.file, row.pack, {}, format, options);
      REQUIRE(test.sites.size() == 1);
      const Repair repair = fix::repair(test.subject(), test.sites);
      REQUIRE(!repair.done.empty());
      const check::Finding& finding = repair.done[0].finding;
      CAPTURE(finding.no_fix, repair.trouble);
      REQUIRE(repair.edits.empty() == row.put_in.empty());
      if (row.put_in.empty()) {
        CHECK_THAT(finding.no_fix, Catch::Contains(row.beside));
        continue;
      }
      const std::string after = edited(row.file, repair.edits);
      CHECK_THAT(after, Catch::Contains(row.put_in));
      const check::Fix& fix = finding.fixes.at(0);
      std::string beside = fix.snippet;
      for (const std::string& command : fix.commands) beside += command + "\n";
      CHECK(beside == row.beside);
      CHECK_THAT(fix.opens, Catch::Contains(row.opens));
      Case again(after, row.pack, {}, format, options);
      CHECK(again.sites[0].flows[0].verdict == check::FlowVerdict::permitted);
      CHECK(fix::repair(again.subject(), again.sites).done.empty());
    }
  }
}

/// What taking away the wrong-way rules of a reversed flow leaves, and the commands.
struct Removal {
  std::string what, file, after, commands;
};
void check_removals(Format format, std::span<const Removal> rows) {
  for (const Removal& row : rows) {
    DYNAMIC_SECTION(row.what) {
      Case test(row.file, monitoring(), {}, format);
      REQUIRE(test.sites[0].flows[0].verdict == check::FlowVerdict::reversed);
      const Repair repair = fix::repair(test.subject(), test.sites);
      REQUIRE(repair.done.at(0).finding.fixes.size() == 2);
      const check::Fix& fix = repair.done[0].finding.fixes[1];
      CHECK(edited(row.file, fix.edits) == row.after);
      std::string commands;
      for (const std::string& command : fix.commands) commands += command + "\n";
      CHECK(commands == row.commands);
    }
  }
}

std::string azure_rule(const std::string& name, const std::string& direction, const std::string& access, int priority, const std::string& to = "*", const std::string& more = "",
                       const std::string& port = "*") {
  return R"({"name":")" + name + R"(","protocol":"*","sourcePortRange":"*","destinationPortRange":")" + port + R"(","sourceAddressPrefix":"*","destinationAddressPrefix":")" + to +
         R"(","access":")" + access + R"(","priority":)" + std::to_string(priority) + R"(,"direction":")" + direction + "\"" + more + "}";
}
std::string nsg(const std::string& rules, const std::string& name = "web") { return R"({"name":")" + name + R"(","securityRules":[)" + rules + "]}"; }
std::string azure_new(int priority, const std::string& to = "\"destinationAddressPrefix\":\"0.0.0.0/0\"") {
  return R"({"name":"allow-monitoring","protocol":"Udp","sourcePortRange":"1024-65535","destinationPortRange":"3011","sourceAddressPrefix":"*",)" + to +
         R"(,"access":"Allow","priority":)" + std::to_string(priority) + R"(,"direction":"Outbound")";
}
std::string az(const std::string& group, int priority, const std::string& to = "0.0.0.0/0") {
  return "az network nsg rule create " + group + " --name allow-monitoring --priority " + std::to_string(priority) +
         " --direction Outbound --access Allow --protocol Udp --source-address-prefixes '*' --source-port-ranges 1024-65535 --destination-address-prefixes " + to +
         " --destination-port-ranges 3011\n";
}
const std::string some_group = "--resource-group \"$RESOURCE_GROUP\" --nsg-name ";
const std::string deny_out = azure_rule("no", "Outbound", "Deny", 4096);

policy::Pack of_service(policy::Service service) { return pack({flow("monitoring", "cloud", "platform", {std::move(service)})}); }

std::string gcp_rule(const std::string& name, const std::string& direction, int priority, const std::string& effect, const std::string& services, const std::string& more = "") {
  return R"({"name":")" + name + R"(","network":"vpc","direction":")" + direction + R"(","priority":)" + std::to_string(priority) + "," + more + "\"" + effect + R"(":)" + services + "}";
}
std::string gcp_new(int priority, const std::string& to = R"(["0.0.0.0/0"])", const std::string& more = "") {
  return R"({"name":"allow-monitoring","network":"vpc","direction":"EGRESS","priority":)" + std::to_string(priority) + R"(,"destinationRanges":)" + to + more +
         R"(,"allowed":[{"IPProtocol":"udp","ports":["3011"]}]})";
}
std::string gcloud(const std::string& rest) { return "gcloud compute firewall-rules create allow-monitoring --network=vpc --direction=" + rest + "\n"; }
const std::string every = R"([{"IPProtocol":"all"}])";
const std::string gcp_deny = gcp_rule("no", "EGRESS", 1000, "denied", every);

std::string resources(const std::string& text) { return R"({"AWSTemplateFormatVersion":"2010-09-09","Resources":{)" + text + "}}"; }
std::string group(const std::string& properties, const std::string& more = "") { return R"("Web":{"Type":"AWS::EC2::SecurityGroup",)" + more + R"("Properties":{)" + properties + "}}"; }
const std::string https = R"({"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"0.0.0.0/0"})";
const std::string udp_rule = R"({"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"CidrIp":"0.0.0.0/0"})";
const std::string standalone = R"("Out":{"Type":"AWS::EC2::SecurityGroupEgress","Properties":{"GroupId":{"Fn::GetAtt":["Web","GroupId"]},"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"0.0.0.0/0"}})";
std::string own_resource(const std::string& condition = "") {
  return R"("WebMonitoringEgress":{"Type":"AWS::EC2::SecurityGroupEgress",)" + condition +
         R"("Properties":{"GroupId":{"Fn::GetAtt":["Web","GroupId"]},"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"CidrIp":"0.0.0.0/0"}})";
}

std::string state(const std::string& text) { return R"({"format_version":"1.0","terraform_version":"1.5.7","values":{"root_module":{"resources":[)" + text + "]}}}"; }
std::string resource(const std::string& type, const std::string& name, const std::string& values) {
  return R"({"address":")" + type + "." + name + R"(","mode":"managed","type":")" + type + R"(","name":")" + name + R"(","values":{)" + values + "}}";
}
const std::string tf_group = resource("aws_security_group", "web", R"("id":"sg-1","name":"web","egress":[],"ingress":[])");

}  // namespace

TEST_CASE("Azure: a rule with a free priority before the one that decides") {
  const std::string id = "/subscriptions/1/resourceGroups/app/providers/Microsoft.Network/networkSecurityGroups/web";
  const auto listed = [&](const std::string& name, const std::string& access, int priority) {
    return azure_rule(name, "Outbound", access, priority, "*", R"(,"id":")" + id + "/securityRules/" + name + "\"");
  };
  policy::Pack both = with_addresses(monitoring(), {"192.0.2.0/24", "2001:db8::/32"});
  both.family.reset();
  const CloudRow rows[] = {
      {"a deny behind everything", nsg(deny_out), monitoring(), "," + azure_new(100) + "}]", az(some_group + "web", 100), {}, "to any address"},
      {"behind the rules that are there", nsg(azure_rule("yes", "Outbound", "Allow", 200, "10.0.0.0/8", "", "443") + "," + deny_out), monitoring(), azure_new(210), az(some_group + "web", 210)},
      {"Azure's own deny decides", nsg(azure_rule("yes", "Inbound", "Allow", 200) + "," + azure_rule("no", "Outbound", "Deny", 300, "*", "", "3011")), monitoring(), azure_new(100), az(some_group + "web", 100)},
      {"addresses of the policy, in a list", nsg(deny_out), with_addresses(monitoring(), {"192.0.2.0/24", "198.51.100.7"}),
       azure_new(100, R"("destinationAddressPrefixes":["192.0.2.0/24","198.51.100.7/32"])"), az(some_group + "web", 100, "192.0.2.0/24 198.51.100.7/32")},
      {"a rule for each family", nsg(deny_out), both, azure_new(100, R"("destinationAddressPrefix":"192.0.2.0/24")") + "},{\"name\":\"allow-monitoring-2\"",
       az(some_group + "web", 100, "192.0.2.0/24") +
           "az network nsg rule create " + some_group + "web --name allow-monitoring-2 --priority 110 --direction Outbound --access Allow --protocol Udp --source-address-prefixes '*' "
           "--source-port-ranges 1024-65535 --destination-address-prefixes 2001:db8::/32 --destination-port-ranges 3011\n"},
      {"the REST form", R"({"name":"web","id":")" + id + R"(","properties":{"securityRules":[]}})", with_addresses(monitoring(), {"10.0.0.0/8"}), R"([{"name":"allow-monitoring","properties":{"protocol":"Udp",)",
       az("--resource-group app --nsg-name web", 100, "10.0.0.0/8")},
      {"a list of rules", "[" + listed("no", "Deny", 4000) + "]", monitoring(), R"("name":"allow-monitoring",)", az("--resource-group app --nsg-name web", 100)},
      {"one rule by itself", listed("no", "Deny", 4000), monitoring(), R"("name":"allow-monitoring","id":")" + id + R"(/securityRules/allow-monitoring",)", az("--resource-group app --nsg-name web", 100)},
      {"a template has no commands", R"({"$schema":"https://schema.management.azure.com/x#","resources":[{"type":"Microsoft.Network/networkSecurityGroups","name":"web","properties":{"securityRules":[{"name":"no","properties":)" +
           deny_out + "}]}}]}", monitoring(), R"({"name":"allow-monitoring","properties":{)", ""},
      {"words for a shell", nsg(deny_out, "w'e$(b)\\u001b"), monitoring(), azure_new(100), az(some_group + "$'w\\'e$(b)\\x1b'", 100)},
      {"a value that begins like an option", nsg(deny_out, "--help"), monitoring(), azure_new(100), az("--resource-group \"$RESOURCE_GROUP\" --nsg-name=--help", 100)},
      {"a value that would be read as a file", nsg(deny_out, "@x"), monitoring(), azure_new(100), az("--resource-group \"$RESOURCE_GROUP\" --nsg-name \"$NSG_NAME\"", 100)},
      {"no priority is left", nsg(azure_rule("no", "Outbound", "Deny", 100)), monitoring(), "", "no free priority, from 100 up, stands between the rule that decides (priority 100)"},
      {"... but before another deny", nsg(azure_rule("not", "Outbound", "Deny", 100, "10.0.0.0/8") + "," + azure_rule("no", "Outbound", "Deny", 101)), monitoring(), "", "is for a person to decide"},
      {"a protocol that no rule can name", nsg(deny_out), of_service(service(47, {}, "")), "", "protocol 47 passes only with every other one"},
      {"a tag that nobody resolves", nsg(azure_rule("no", "Outbound", "Deny", 200, "Storage") + "," + azure_rule("rest", "Outbound", "Allow", 300)), with_addresses(monitoring(), {"192.0.2.0/24"}), "", "for a person to say"},
  };
  check_cloud(Format::azure, rows);
  const std::string wrong_way = R"({"name":"in","protocol":"Udp","sourcePortRange":"*","destinationPortRange":"3011","sourceAddressPrefix":"*","destinationAddressPrefix":"*","access":"Allow","priority":200,"direction":"Inbound"})";
  const Removal removals[] = {{"the rule that is open the wrong way", nsg(wrong_way + "," + deny_out), nsg(deny_out), "az network nsg rule delete " + some_group + "web --name in\n"}};
  check_removals(Format::azure, removals);
}

TEST_CASE("GCP: an allow before the deny that decides, or behind all denies") {
  policy::Pack in = pack({flow("monitoring", "platform", "cloud", {one_way(3011)})});
  const std::string deny_in = gcp_rule("some", "INGRESS", 2000, "denied", every, R"("sourceRanges":["10.0.0.0/8"],)");
  const std::string tagged = gcp_rule("web", "INGRESS", 1000, "allowed", R"([{"IPProtocol":"tcp","ports":["443"]}])", R"("targetTags":["web"],)");
  const std::string in_rule = R"({"name":"allow-monitoring","network":"vpc","direction":"INGRESS","priority":)";
  policy::Pack own = with_addresses(monitoring(), {"192.0.2.0/24"});
  own.roles[0].addresses.emplace();
  own.roles[0].addresses->push_back(*parse_prefix("10.0.0.0/8"));
  const CloudRow rows[] = {
      {"before a deny", "[" + gcp_deny + "]", monitoring(), "," + gcp_new(999) + "]", gcloud("EGRESS --priority=999 --action=ALLOW --rules=udp:3011 --destination-ranges=0.0.0.0/0"), {},
       "for every instance of the network"},
      {"the implied rule decides: the usual priority", "[" + tagged + "]", in, in_rule + R"(1000,"sourceRanges":["0.0.0.0/0"],"allowed")",
       gcloud("INGRESS --priority=1000 --action=ALLOW --rules=udp:3011 --source-ranges=0.0.0.0/0")},
      {"for the instances that are looked at", "[" + tagged + "," + gcp_deny + "]", monitoring(), gcp_new(999, R"(["0.0.0.0/0"])", R"(,"targetTags":["web"])"),
       gcloud("EGRESS --priority=999 --action=ALLOW --rules=udp:3011 --destination-ranges=0.0.0.0/0 --target-tags=web"), {"web"}},
      {"both ends of the policy", "[" + gcp_deny + "]", own, R"("sourceRanges":["10.0.0.0/8"],)",
       gcloud("EGRESS --priority=999 --action=ALLOW --rules=udp:3011 --source-ranges=10.0.0.0/8 --destination-ranges=192.0.2.0/24")},
      {"one rule for several protocols", "[" + gcp_deny + "]", pack({flow("monitoring", "cloud", "platform", {tcp(53), udp(53), tcp(80)})}),
       R"("allowed":[{"IPProtocol":"tcp","ports":["53","80"]},{"IPProtocol":"udp","ports":["53"]}])",
       gcloud("EGRESS --priority=999 --action=ALLOW --rules=tcp:53,tcp:80,udp:53 --destination-ranges=0.0.0.0/0")},
      {"one rule by itself becomes a list", gcp_deny, monitoring(), "[" + gcp_deny + ",\n{\"name\":\"allow-monitoring\"", gcloud("EGRESS --priority=999 --action=ALLOW --rules=udp:3011 --destination-ranges=0.0.0.0/0")},
      {"a rule a line", gcp_deny + "\n" + tagged + "\n", monitoring(), tagged + "\n{\"name\":\"allow-monitoring\"", gcloud("EGRESS --priority=999 --action=ALLOW --rules=udp:3011 --destination-ranges=0.0.0.0/0")},
      {"every ICMP message", "[" + gcp_deny + "]", of_service(service(1, {}, "")), R"([{"IPProtocol":"icmp"}])",
       gcloud("EGRESS --priority=999 --action=ALLOW --rules=icmp --destination-ranges=0.0.0.0/0"), {}, "for every ICMP message"},
      {"nothing comes before priority 0", "[" + gcp_rule("no", "EGRESS", 0, "denied", every) + "]", monitoring(), "", "a deny of priority 0 decides"},
  };
  check_cloud(Format::gcp, rows);
  // What is refused on purpose stays refused: the allow stands behind that deny.
  Case test("[" + deny_in + "]", in, {}, Format::gcp);
  const Repair repair = fix::repair(test.subject(), test.sites);
  CHECK_THAT(repair.done.at(0).finding.fixes.at(0).changes, Catch::StartsWith("+udp any except 10.0.0.0/8 > any:3011 in"));
  CHECK_THAT(edited("[" + deny_in + "]", repair.edits), Catch::Contains("\"priority\":2000,\"sourceRanges\":[\"0.0.0.0/0\"]"));

  const std::string entry = R"({"IPProtocol":"udp","ports":["3011"]})", ssh = R"({"IPProtocol":"tcp","ports":["22"]})";
  const Removal removals[] = {
      {"a rule that is nothing else", "[" + gcp_rule("in", "INGRESS", 900, "allowed", "[" + entry + "]") + "," + gcp_deny + "]", "[" + gcp_deny + "]",
       "gcloud compute firewall-rules delete in --quiet\n"},
      {"an entry among others", "[" + gcp_rule("in", "INGRESS", 900, "allowed", "[" + entry + "," + ssh + "]") + "," + gcp_deny + "]",
       "[" + gcp_rule("in", "INGRESS", 900, "allowed", "[" + ssh + "]") + "," + gcp_deny + "]", "gcloud compute firewall-rules update in --allow=tcp:22\n"},
  };
  check_removals(Format::gcp, removals);
}

TEST_CASE("CloudFormation: in the group's list where it is a list, else a resource") {
  const auto acl = [](const std::string& entries) { return resources(R"("Acl":{"Type":"AWS::EC2::NetworkAcl","Properties":{}})" + entries); };
  const auto entry = [](const std::string& id, int number, const std::string& action, const std::string& protocol) {
    return ",\"" + id + R"(":{"Type":"AWS::EC2::NetworkAclEntry","Properties":{"NetworkAclId":{"Ref":"Acl"},"RuleNumber":)" + std::to_string(number) + R"(,"Protocol":)" + protocol +
           R"(,"RuleAction":")" + action + R"(","Egress":true,"CidrBlock":"0.0.0.0/0"}})";
  };
  const std::string undecided = R"("Conditions":{"C":{"Fn::Equals":[{"Ref":"AWS::Region"},"x"]}},)";
  const auto with_condition = [&](const std::string& text) { return "{" + undecided + R"("AWSTemplateFormatVersion":"2010-09-09","Resources":{)" + text + "}}"; };
  const CloudRow rows[] = {
      {"a list", resources(group("\"SecurityGroupEgress\":[" + https + "]")), monitoring(), "[" + https + "," + udp_rule + "]", "", {}, "these rules do not test source ports"},
      {"numbers in quotes where the others are", resources(group(R"("SecurityGroupEgress":[{"IpProtocol":"tcp","FromPort":"443","ToPort":"443","CidrIp":"0.0.0.0/0"}])")), monitoring(),
       R"({"IpProtocol":"udp","FromPort":"3011","ToPort":"3011","CidrIp":"0.0.0.0/0"})", ""},
      {"one rule becomes a list", resources(group("\"SecurityGroupEgress\":" + https)), monitoring(), "\"SecurityGroupEgress\":[" + https + "," + udp_rule + "]", ""},
      {"a list that a function makes: a resource", with_condition(group(R"("SecurityGroupEgress":{"Fn::If":["C",[)" + https + "],[" + https + "]]}")), monitoring(), own_resource(), ""},
      {"beside rules that are resources", resources(group(R"("GroupDescription":"web")") + "," + standalone), monitoring(), own_resource(), ""},
      {"... under the group's condition", with_condition(group(R"("GroupDescription":"web")", R"("Condition":"C",)") + "," + standalone), monitoring(), own_resource(R"("Condition":"C",)"), ""},
      {"the first rule of ingress", resources(group(R"("GroupDescription":"web")")), pack({flow("monitoring", "platform", "cloud", {one_way(3011)})}), "\"SecurityGroupIngress\":[" + udp_rule + "]", ""},
      {"a rule for each network", resources(group("\"SecurityGroupEgress\":[" + https + "]")), with_addresses(monitoring(), {"192.0.2.0/24", "198.51.100.7"}),
       R"("CidrIp":"192.0.2.0/24"},{"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"CidrIp":"198.51.100.7/32"}])", ""},
      {"an entry before the one that decides", acl(entry("Web", 100, "allow", "6") + entry("No", 200, "deny", "17")), monitoring(),
       R"("MonitoringEgressEntry":{"Type":"AWS::EC2::NetworkAclEntry","Properties":{"NetworkAclId":{"Ref":"Acl"},"RuleNumber":110,"Protocol":17,"RuleAction":"allow","Egress":true,"CidrBlock":"0.0.0.0/0","PortRange":{"From":3011,"To":3011}}})", ""},
      {"... none", acl(""), monitoring(), R"("RuleNumber":100,)", ""},
      {"... that nothing can come before", acl(entry("No", 1, "deny", "17")), monitoring(), "", "no free number stands between entry 1"},
  };
  check_cloud(Format::cloudformation, rows);
  const Removal removals[] = {
      {"a rule of a list", resources(group("\"SecurityGroupIngress\":[" + udp_rule + "," + https + "],\"SecurityGroupEgress\":[" + https + "]")),
       resources(group("\"SecurityGroupIngress\":[" + https + "],\"SecurityGroupEgress\":[" + https + "]")), ""},
      {"a resource", resources(group("\"SecurityGroupEgress\":[" + https + "]") + R"(,"In":{"Type":"AWS::EC2::SecurityGroupIngress","Properties":{"GroupId":{"Ref":"Web"},"IpProtocol":"udp","FromPort":3011,"ToPort":3011,"CidrIp":"0.0.0.0/0"}})"),
       resources(group("\"SecurityGroupEgress\":[" + https + "]")), ""},
  };
  check_removals(Format::cloudformation, removals);
}

TEST_CASE("Terraform: the block to write, as the configuration has its rules") {
  const std::string numbers = "  from_port         = 3011\n  to_port           = 3011\n";
  const std::string vpc_rule = "resource \"aws_vpc_security_group_egress_rule\" \"monitoring\" {\n  security_group_id = aws_security_group.web.id\n  ip_protocol       = \"udp\"\n" + numbers;
  const std::string own_rule = resource("aws_security_group_rule", "https", R"("type":"egress","security_group_id":"sg-1","protocol":"tcp","from_port":443,"to_port":443,"cidr_blocks":["0.0.0.0/0"])");
  const std::string block = R"({"protocol":"tcp","from_port":443,"to_port":443,"cidr_blocks":["0.0.0.0/0"]})";
  const std::string azure_group = resource("azurerm_network_security_group", "web", R"("name":"web","resource_group_name":"app","security_rule":[])");
  const std::string azure_deny = resource("azurerm_network_security_rule", "no", R"("name":"no","network_security_group_name":"web","resource_group_name":"app","priority":200,"direction":"Outbound","access":"Deny",)"
                                          R"("protocol":"*","source_port_range":"*","destination_port_range":"*","source_address_prefix":"*","destination_address_prefix":"*")");
  const std::string plan = R"({"format_version":"1.2","terraform_version":"1.5.7","planned_values":{"root_module":{"resources":[)" +
                           resource("google_compute_network", "vpc", R"("name":"vpc")") + "," +
                           resource("google_compute_firewall", "no", R"("name":"no","direction":"EGRESS","priority":1000,"deny":[{"protocol":"all","ports":[]}])") +
                           R"(]}},"resource_changes":[{"address":"google_compute_firewall.no","change":{"after_unknown":{"network":true}}}],"configuration":{"root_module":{"resources":[)"
                           R"({"address":"google_compute_firewall.no","expressions":{"network":{"references":["google_compute_network.vpc.id","google_compute_network.vpc"]}}}]}}})";
  const CloudRow rows[] = {
      {"a group without rules", state(tf_group), monitoring(), R"("address":"aws_vpc_security_group_egress_rule.monitoring")", vpc_rule + "  cidr_ipv4         = \"0.0.0.0/0\"\n}\n"},
      {"a rule for each network", state(tf_group), with_addresses(monitoring(), {"192.0.2.0/24", "198.51.100.7"}), "monitoring_2",
       vpc_rule + "  cidr_ipv4         = \"192.0.2.0/24\"\n}\n\nresource \"aws_vpc_security_group_egress_rule\" \"monitoring_2\" {\n  security_group_id = aws_security_group.web.id\n  ip_protocol       = \"udp\"\n" +
           numbers + "  cidr_ipv4         = \"198.51.100.7/32\"\n}\n"},
      {"rules with lists", state(tf_group + "," + own_rule), with_addresses(monitoring(), {"192.0.2.0/24", "198.51.100.7"}), "aws_security_group_rule.monitoring",
       "resource \"aws_security_group_rule\" \"monitoring\" {\n  type              = \"egress\"\n  security_group_id = aws_security_group.web.id\n" + numbers +
           "  protocol          = \"udp\"\n  cidr_blocks       = [\"192.0.2.0/24\", \"198.51.100.7/32\"]\n}\n"},
      {"blocks in the group", state(resource("aws_security_group", "web", "\"id\":\"sg-1\",\"egress\":[" + block + "],\"ingress\":[]")), monitoring(), block + ",{\"protocol\":\"udp\"",
       "egress {\n  from_port   = 3011\n  to_port     = 3011\n  protocol    = \"udp\"\n  cidr_blocks = [\"0.0.0.0/0\"]\n}\n"},
      {"one of several groups", state(R"({"address":"aws_security_group.web[\"a\"]","mode":"managed","type":"aws_security_group","name":"web","index":"a${b}","values":{"id":"sg-1","egress":[],"ingress":[]}})"), monitoring(),
       "aws_vpc_security_group_egress_rule.monitoring",
       "resource \"aws_vpc_security_group_egress_rule\" \"monitoring\" {\n  security_group_id = aws_security_group.web[\"a$${b}\"].id\n  ip_protocol       = \"udp\"\n" + numbers + "  cidr_ipv4         = \"0.0.0.0/0\"\n}\n"},
      {"Azure", state(azure_group + "," + azure_deny), monitoring(), R"("priority":100)",
       "resource \"azurerm_network_security_rule\" \"monitoring\" {\n  name                        = \"allow-monitoring\"\n  protocol                    = \"Udp\"\n  source_port_range           = \"1024-65535\"\n"
       "  destination_port_range      = \"3011\"\n  source_address_prefix       = \"*\"\n  destination_address_prefix  = \"0.0.0.0/0\"\n  access                      = \"Allow\"\n"
       "  priority                    = 100\n  direction                   = \"Outbound\"\n  resource_group_name         = \"app\"\n  network_security_group_name = \"web\"\n}\n"},
      {"Google, a network that is not there yet", plan, monitoring(), "google_compute_firewall.monitoring",
       "resource \"google_compute_firewall\" \"monitoring\" {\n  name               = \"allow-monitoring\"\n  network            = google_compute_network.vpc.id\n  direction          = \"EGRESS\"\n"
       "  priority           = 999\n  destination_ranges = [\"0.0.0.0/0\"]\n\n  allow {\n    protocol = \"udp\"\n    ports    = [\"3011\"]\n  }\n}\n"},
      {"OpenStack", state(resource("openstack_networking_secgroup_v2", "web", R"("id":"1","name":"web","delete_default_rules":true)")), monitoring(), "openstack_networking_secgroup_rule_v2.monitoring",
       "resource \"openstack_networking_secgroup_rule_v2\" \"monitoring\" {\n  security_group_id = openstack_networking_secgroup_v2.web.id\n  direction         = \"egress\"\n  ethertype         = \"IPv4\"\n"
       "  protocol          = \"udp\"\n  port_range_min    = 3011\n  port_range_max    = 3011\n  remote_ip_prefix  = \"0.0.0.0/0\"\n}\n"},
      {"a name that would be read as more than one", state(resource("aws_security_group", "web.id\\n}", R"("id":"sg-1","egress":[],"ingress":[])")), monitoring(), "", "is no name that Terraform gives a resource"},
      {"a network ACL", state(resource("aws_network_acl", "web", R"("id":"acl-1","egress":[],"ingress":[])")), monitoring(), "aws_network_acl_rule.monitoring",
       "resource \"aws_network_acl_rule\" \"monitoring\" {\n  network_acl_id = aws_network_acl.web.id\n  rule_number    = 100\n  egress         = true\n  protocol       = \"17\"\n  rule_action    = \"allow\"\n"
       "  cidr_block     = \"0.0.0.0/0\"\n  from_port      = 3011\n  to_port        = 3011\n}\n"},
  };
  check_cloud(Format::terraform, rows);
}

TEST_CASE("Terraform: the file that is made from the configuration is not edited") {
  Case test(state(tf_group), monitoring(), {}, Format::terraform);
  find_fixes(test.subject(), 0, test.sites[0]);
  const check::Fix& fix = test.sites[0].findings.at(0).fixes.at(0);
  CHECK(fix.edits.empty());
  CHECK(fix.address == "aws_vpc_security_group_egress_rule.monitoring");
  CHECK_THAT(fix.snippet, Catch::StartsWith("resource \"aws_vpc_security_group_egress_rule\""));
  CHECK_THAT(fix.explanation, Catch::Contains("belongs in the configuration"));
}
