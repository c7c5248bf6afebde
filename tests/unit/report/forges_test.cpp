#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "check/fingerprint.h"
#include "sample.h"

using namespace wallcheck;
using Json = nlohmann::ordered_json;
using sample::context;
using sample::render;

TEST_CASE("github: a finding is an annotation with its place and what to do") {
  CHECK(render("github", context(), {sample::web_rules(), sample::unreadable()}) ==
        "::error file=web.rules,line=3,endLine=3,col=1,endColumn=39,title=WC102 monitoring::flow 1 \"Monitoring\" is reversed: the firewall lets udp/3011 "
        "in, but not out%0A     = fix: let collectd (udp/3011) out%0A     = line: + -A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT%0A     = changes: +udp any "
        "> any:3011 out, nothing else%0A     = opens: to any address: --role-address rightscale=CIDR narrows it%0A\n"
        "::error file=web.rules,line=6,endLine=6,col=1,endColumn=18,title=WC103 rightnet::flow 4 \"RightNet\" is partly blocked\n"
        "::error file=gone.rules,line=1,title=WC905::cannot be read: No such file or directory\n");
  CHECK(render("github", context(), {}).empty());
}

TEST_CASE("github: nothing that a file says is a command") {
  check::FileResult file = sample::web_rules();
  file.path = "a,b:c%0A.rules";
  file.sites[0].findings = {{{"WC305", Severity::note, "100%\n::error::x ##[error]y", {}, {}, ""}, "", {}, {}, ""}};
  const std::string annotation = "::notice file=a%2Cb%3Ac%250A.rules,line=1,title=WC305::100%25%0A::error::x ##[error]y\n";
  CHECK(render("github", context(), {file}) == annotation);
  file.sites[0].findings[0].diagnostic.message = "::error::x ##[error]y";
  file.sites[0].findings.resize(11, file.sites[0].findings[0]);
  const std::string text = render("github", context(), {file});
  CHECK(text.ends_with("more: a,b:c%0A.rules:1: note WC305 ::error::x #\\x23[error]y\n"
                       "::notice title=wallcheck::2 notes more: see the lines that begin with \"more\" in the log of this step\n"));
}

TEST_CASE("github: ten annotations of each kind, over all files") {
  std::vector<check::FileResult> files(7, sample::web_rules());  // two errors each
  const std::string text = render("github", context(), files);
  std::size_t annotations = 0;
  for (std::size_t at = 0; (at = text.find("::error ", at)) != std::string::npos; ++at) ++annotations;
  CHECK(annotations == 10);
  CHECK(text.ends_with("::error title=wallcheck::5 errors more: see the lines that begin with \"more\" in the log of this step\n"));
}

TEST_CASE("gitlab: code quality issues, suppressed ones left out") {
  std::vector<check::FileResult> files{sample::web_rules(), sample::unreadable(), sample::hostile()};
  for (check::FileResult& file : files) check::set_fingerprints(file);
  files[0].path = "./web.rules";
  const Json issues = Json::parse(render("gitlab", context(), files));
  REQUIRE(issues.size() == 4);
  CHECK(issues[1].dump() == R"({"description":"WC103: flow 4 \"RightNet\" is partly blocked","check_name":"WC103","fingerprint":")" +
                                files[0].sites[0].findings[1].fingerprint +
                                R"(","severity":"critical","location":{"path":"web.rules","lines":{"begin":6,"end":6}}})");
  CHECK(issues[2]["severity"] == "blocker");
  CHECK(issues[2]["location"]["lines"]["begin"] == 1);
  CHECK(issues[3]["location"]["path"] == "bad\x1b[31m.rules");
  CHECK(Json::parse(render("gitlab", context(), {})).empty());
}
