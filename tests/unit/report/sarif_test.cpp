#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "check/fingerprint.h"
#include "sample.h"

using namespace wallcheck;
using Json = nlohmann::ordered_json;
using sample::context;
using sample::render;

namespace {

Json run_of(const std::vector<check::FileResult>& files, const report::Context& with = context()) {
  const std::string text = render("sarif", with, files);
  CHECK(std::ranges::all_of(text, [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  return Json::parse(text)["runs"][0];
}

}  // namespace

TEST_CASE("sarif: a result with its region, its evidence, its packet and its fix") {
  check::FileResult file = sample::web_rules();
  check::set_fingerprints(file);
  const Json run = run_of({file});
  REQUIRE(run["results"].size() == 3);
  const Json& result = run["results"][0];
  CHECK(result["ruleId"] == "WC102");
  CHECK(result["level"] == "error");
  CHECK(result["message"]["text"] == "flow 1 \"Monitoring\" is reversed: the firewall lets udp/3011 in, but not out."
                                     " Evidence: [line 6](1), [line 3](2).");
  CHECK(result["locations"].dump() ==
        R"([{"physicalLocation":{"artifactLocation":{"uri":"web.rules"},"region":{"startLine":3,"startColumn":1,"endLine":3,"endColumn":39,)"
        R"("snippet":{"text":"-A INPUT -p udp --dport 3011 -j ACCEPT"}}}}])");
  CHECK(result["relatedLocations"][0]["message"]["text"] == "decides: drop udp any:1024-65535 > any:3011");
  CHECK(result["relatedLocations"][1]["message"]["text"] == "the wrong way round: accept udp any:1024-65535 > any:3011");
  CHECK(result["relatedLocations"].size() == 2);  // what the finding's own label would say, the flow's evidence says
  CHECK(result["fixes"].dump() ==
        R"([{"description":{"text":"let collectd (udp/3011) out: +udp any > any:3011 out, nothing else; opens to any address: --role-address rightscale=CIDR narrows it"},)"
        R"("artifactChanges":[{"artifactLocation":{"uri":"web.rules"},"replacements":[{"deletedRegion":{"startLine":6,"startColumn":1,"endLine":6,"endColumn":1},)"
        R"("insertedContent":{"text":"-A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT\n"}}]}]}])");
  CHECK(result["partialFingerprints"]["wallcheck/v1"] == file.sites[0].findings[0].fingerprint);
  CHECK(result["properties"]["flow"] == "monitoring");
  CHECK(result["properties"]["verdict"] == "reversed");
  CHECK(result["properties"]["witnesses"][0]["dport"] == 3011);
  CHECK(run["results"][2]["suppressions"][0]["justification"] == "replaced in March");
  CHECK_FALSE(result.contains("suppressions"));
}

TEST_CASE("sarif: the way of the packet is a code flow, as far as its steps have lines") {
  check::FileResult file = sample::web_rules();
  check::Witness& witness = *file.sites[0].flows[0].services[0].witness;
  witness.steps = {{.stage = "filter OUTPUT", .list = "filter OUTPUT", .where = {}, .text = "state", .effect = "established"},
                   {.stage = "filter OUTPUT", .list = "web", .where = file.sites[0].findings[1].diagnostic.where, .text = "-A OUTPUT -j DROP", .effect = "drop"}};
  const Json results = run_of({file})["results"];
  REQUIRE(results[0]["codeFlows"].size() == 1);
  CHECK(results[0]["codeFlows"][0]["message"]["text"] == "udp 10.0.0.1:1024 > 54.225.248.129:3011 out eth0 new: dropped");
  const Json& locations = results[0]["codeFlows"][0]["threadFlows"][0]["locations"];
  REQUIRE(locations.size() == 1);
  CHECK(locations[0]["location"]["message"]["text"] == "filter OUTPUT, web: drop");
  CHECK(locations[0]["location"]["physicalLocation"]["region"]["startLine"] == 6);
  CHECK_FALSE(results[1].contains("codeFlows"));
}

TEST_CASE("sarif: rules are the pages, and results point to them") {
  const std::vector<report::Page> pages{
      {"WC102", "reversed", "# WC102: reversed\n\nSeverity: note; sometimes.\n\nIn short,\nthis.\n\n## Example\n"},
      {"WC905", "unreadable", "# WC905: unreadable\n\nSeverity: error.\n\nNo."}};
  report::Context with = context();
  with.pages = pages;
  const Json run = run_of({sample::web_rules(), sample::unreadable()}, with);
  CHECK(run["tool"]["driver"]["rules"][0].dump() ==
        R"({"id":"WC102","shortDescription":{"text":"reversed"},"fullDescription":{"text":"In short, this."},"defaultConfiguration":{"level":"note"},)"
        R"("help":{"text":"Severity: note; sometimes.\n\nIn short,\nthis.\n\n## Example\n","markdown":"Severity: note; sometimes.\n\nIn short,\nthis.\n\n## Example\n"}})");
  CHECK(run["results"][0]["ruleIndex"] == 0);
  CHECK_FALSE(run["results"][1].contains("ruleIndex"));
  CHECK(run["results"][3]["ruleIndex"] == 1);
}

TEST_CASE("sarif: what could not be analysed is a result, and a notification of the run") {
  const Json run = run_of({sample::hostile(), sample::unreadable()});
  const Json& invocation = run["invocations"][0];
  CHECK(invocation["executionSuccessful"] == false);
  REQUIRE(invocation["toolExecutionNotifications"].size() == 2);
  CHECK(invocation["toolExecutionNotifications"][1].dump() ==
        R"({"descriptor":{"id":"WC905"},"level":"error","message":{"text":"cannot be read: No such file or directory"},)"
        R"("locations":[{"physicalLocation":{"artifactLocation":{"uri":"gone.rules"},"region":{"startLine":1}}}]})");
  CHECK(run["results"].size() == 2);
  CHECK(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bad%1B%5B31m.rules");
  CHECK(run["results"][0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "sg-1\x1b[2J");
}

TEST_CASE("sarif: no file, no result") {
  const Json run = run_of({});
  CHECK(run["results"].empty());
  CHECK(run["invocations"].dump() == R"([{"toolExecutionNotifications":[],"exitCode":0,"executionSuccessful":true}])");
}

TEST_CASE("sarif: text of files makes neither placeholders nor links, and columns are those of editors") {
  check::FileResult file = sample::web_rules();
  const auto source = std::make_shared<const SourceFile>("./a b/\xc3\xa4:%.rules", "\xc3\xa4\xf0\x9d\x84\x9e\xff x\n");
  file.sources = {source};
  file.path = source->path();
  file.sites[0].flows.clear();
  file.sites[0].findings = {{{"WC305", Severity::error, "{0} [a](http://b) {", {8, 9, 0}, {}, ""}, "", {}, {}, ""}};
  const Json result = run_of({file})["results"][0];
  CHECK(result["message"]["text"] == "{{0}} [a] (http://b) {{");
  const Json& physical = result["locations"][0]["physicalLocation"];
  CHECK(physical["artifactLocation"]["uri"] == "a%20b/%C3%A4%3A%25.rules");
  CHECK(physical["region"]["startColumn"] == 6);  // one for ä, two for the clef, one for the stray byte, a blank
  CHECK(physical["region"]["endColumn"] == 7);
}

TEST_CASE("sarif: a change that JSON cannot carry byte for byte is not offered there") {
  check::FileResult file = sample::web_rules();
  file.sites[0].findings[0].fixes[0].edits[0].text = "caf\xe9\n";
  CHECK_FALSE(run_of({file})["results"][0].contains("fixes"));
}
