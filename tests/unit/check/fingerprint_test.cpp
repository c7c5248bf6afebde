// What a fingerprint may depend on, and what it must not.

#include "check/fingerprint.h"

#include <set>
#include <string>

#include <catch2/catch.hpp>

using namespace wallcheck;
using namespace wallcheck::check;

namespace {

/// A finding about the `occurrence`th place where `about` stands in the file; an empty `about` is the file as a whole.
struct At {
  std::string about;
  std::string code = "WC101";
  std::string flow = "monitoring";
  int occurrence = 1;
};

FileResult file_with(std::string text, const std::vector<At>& findings, std::string path = "web.rules") {
  const auto source = std::make_shared<const SourceFile>(path, std::move(text));
  FileResult result{.path = std::move(path), .format = "iptables", .status = Status::analysed, .sources = {source}, .sites = {{}}};
  for (const At& at : findings) {
    Span where;
    if (!at.about.empty()) {
      std::size_t begin = source->bytes().find(at.about);
      for (int i = 1; i < at.occurrence; ++i) begin = source->bytes().find(at.about, begin + 1);
      REQUIRE(begin != std::string::npos);
      where = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + at.about.size())};
    }
    result.sites[0].findings.push_back({.diagnostic = {at.code, Severity::error, "m", where}, .flow = at.flow});
  }
  return result;
}

std::vector<std::string> prints(FileResult result) {
  set_fingerprints(result);
  std::vector<std::string> out;
  for (const SiteResult& site : result.sites)
    for (const Finding& finding : site.findings) out.push_back(finding.fingerprint);
  return out;
}

}  // namespace

TEST_CASE("a fingerprint survives what does not touch its rule") {
  const std::string expected = prints(file_with("-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP"}})).front();
  CHECK(expected.size() == 32);
  CHECK(expected.find_first_not_of("0123456789abcdef") == std::string::npos);
  const FileResult same[] = {
      file_with("# a line\n\n-A INPUT -j DROP\n-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP"}}),  // lines before it
      file_with("  -A  OUTPUT\t-j DROP  \r\n", {{"-A  OUTPUT\t-j DROP"}}),                      // blanks
      file_with("[7:420] -A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP"}}),                        // packet counters
      file_with("-A OUTPUT -j DROP\n", {{"DROP"}}),                                             // a word of the same rule
      file_with("-A OUTPUT -j DROP", {{"-A OUTPUT -j DROP"}}, "./a/../web.rules"),              // another way to name the file
  };
  for (const FileResult& result : same) CHECK(prints(result) == std::vector{expected});
}

TEST_CASE("a policy line is known again whatever its counters are") {
  CHECK(prints(file_with(":OUTPUT DROP [0:0]\n", {{":OUTPUT DROP [0:0]"}})) == prints(file_with(":OUTPUT DROP [12:3456]\n", {{":OUTPUT DROP [12:3456]"}})));
  CHECK(prints(file_with(":OUTPUT DROP [0:0]\n", {{":OUTPUT DROP [0:0]"}})) != prints(file_with(":OUTPUT DROP [::1]\n", {{":OUTPUT DROP [::1]"}})));
}

TEST_CASE("what is another finding has another fingerprint") {
  FileResult grouped = file_with("-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP"}});
  grouped.sites[0].group = "sg-1";
  const FileResult all[] = {
      file_with("-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP"}}),
      file_with("-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP"}}, "db.rules"),
      file_with("-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP", "WC103"}}),
      file_with("-A OUTPUT -j DROP\n", {{"-A OUTPUT -j DROP", "WC101", "syslog"}}),
      file_with("-A OUTPUT -j REJECT\n", {{"-A OUTPUT -j REJECT"}}),
      file_with("-A OUTPUT -j DROP\n", {{""}}),
      grouped,
  };
  std::set<std::string> different;
  for (const FileResult& result : all) different.insert(prints(result).front());
  CHECK(different.size() == std::size(all));
}

TEST_CASE("equal findings of a file are numbered") {
  const std::string two = "-A OUTPUT -j DROP\n-A INPUT -j DROP\n-A OUTPUT -j DROP\n";
  const auto both = prints(file_with(two, {{"-A OUTPUT"}, {"-A OUTPUT", "WC101", "monitoring", 2}}));
  CHECK(both[0] != both[1]);
  CHECK(both[0] == prints(file_with(two, {{"-A OUTPUT"}})).front());
}

TEST_CASE("a rule of several lines is its own text, not that of the line it begins on") {
  const std::string rule = "{\n  \"FromPort\": 1 }";
  CHECK(prints(file_with("[ " + rule + " ]", {{rule}})) == prints(file_with("[ {},\n " + rule + " ]", {{rule}})));
  // A whole document on one line: what else it holds does not matter.
  const std::string one_line(2000, ' ');
  CHECK(prints(file_with("{\"a\":1}" + one_line, {{"{\"a\":1}"}})) == prints(file_with("{}," + one_line + "{\"a\":1}", {{"{\"a\":1}"}})));
}
