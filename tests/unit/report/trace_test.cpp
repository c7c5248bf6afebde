#include "report/trace.h"

#include <catch2/catch.hpp>

#include "sample.h"

using namespace wallcheck;

namespace {

report::Trace sample_trace(const check::FileResult& file) {
  const check::ServiceResult& service = file.sites[0].flows[0].services[0];
  const check::DecidedBy& drop = service.decided_by[0];
  const check::DecidedBy& accept = service.wrong_way[0];
  report::Trace trace{.packet = service.witness->packet, .verdict = "drop", .decided_by = drop, .steps = {}, .assumptions = {}, .leaves_as = {}};
  trace.steps = {{"nat OUTPUT", "", accept.where, accept.text, "destination becomes 10.0.0.9:80"},
                 {"filter OUTPUT", "filter web", drop.where, "-A web\x1b[2J", "drop"},
                 {"filter OUTPUT", "", {}, "policy DROP", "policy drop"}};
  trace.assumptions = file.sites[0].flows[2].services[0].assumptions;
  trace.leaves_as = trace.packet;
  trace.leaves_as->mark = 16;
  return trace;
}

}  // namespace

TEST_CASE("a trace for people: the packet, each rule that held, what it depends on") {
  const check::FileResult file = sample::web_rules();
  CHECK(report::trace_text({}, sample_trace(file), file.sources) ==
        "drop: udp 10.0.0.1:1024 > 54.225.248.129:3011 out eth0 new\n"
        "  nat OUTPUT     3  -A INPUT -p udp --dport 3011 -j ACCEPT -> destination becomes 10.0.0.9:80\n"
        "  filter OUTPUT  6  filter web: -A web\\x1b[2J -> drop\n"
        "  filter OUTPUT  -  policy DROP -> policy drop\n"
        "  leaves as udp 10.0.0.1:1024 > 54.225.248.129:3011 out eth0 new mark 0x10\n"
        "  depends on line 5: -m recent --rcheck (depends on traffic seen before)\n");
}

TEST_CASE("a trace for programs: one object on one line") {
  const check::FileResult file = sample::web_rules();
  const std::string text = report::trace_json(sample_trace(file), file.sources);
  CHECK(text ==
        R"({"verdict":"drop","rule":{"line":6,"column":1,"text":"-A OUTPUT -j DROP","effect":"drop",)"
        R"("packets":"udp any:1024-65535 > any:3011","list":"filter OUTPUT"},)"
        R"("packet":{"hook":"OUTPUT","proto":"udp","src":"10.0.0.1","dst":"54.225.248.129","sport":1024,"dport":3011,"state":"NEW",)"
        R"("ct_dir":"ORIGINAL","out_iface":"eth0"},)"
        R"("leaves_as":{"hook":"OUTPUT","proto":"udp","src":"10.0.0.1","dst":"54.225.248.129","sport":1024,"dport":3011,"state":"NEW",)"
        R"("ct_dir":"ORIGINAL","out_iface":"eth0","mark":16},)"
        R"("steps":[{"stage":"nat OUTPUT","line":3,"column":1,"text":"-A INPUT -p udp --dport 3011 -j ACCEPT",)"
        R"("effect":"destination becomes 10.0.0.9:80"},{"stage":"filter OUTPUT","list":"filter web","line":6,"column":1,)"
        R"("text":"-A web\u001b[2J","effect":"drop"},{"stage":"filter OUTPUT","text":"policy DROP","effect":"policy drop"}],)"
        R"("assumptions":[{"line":5,"column":49,"text":"-m recent --rcheck","why":"depends on traffic seen before"}]})");
}

TEST_CASE("a trace that no rule decides says so") {
  const report::Trace trace{.packet = {}, .verdict = "accept", .decided_by = {}, .steps = {}, .assumptions = {}, .leaves_as = {}};
  CHECK(report::trace_json(trace, {}).find(R"("rule":null)") != std::string::npos);
}
