// Firewalls that share answers (check/alike.h) against the same firewalls asked for themselves: random documents of all formats, over so few
// networks and ports that many say the same about a flow.
//
// WALLCHECK_SEED and WALLCHECK_CASES choose others than the usual cases.

#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "check/alike.h"
#include "check/check.h"
#include "dns_flow.h"
#include "intent.h"
#include "ir/packet_words.h"
#include "rule_sets.h"

using namespace wallcheck;
using namespace wallcheck::differential;

namespace {

/// Everything that is said of a site, places included.
std::string told(const check::SiteResult& site) {
  std::string text;
  const auto tell = [&](std::string_view what, const std::vector<check::DecidedBy>& decided) {
    for (const check::DecidedBy& by : decided)
      text += fmt::format("  {} {}-{} {} {} {} {} {} {} {} {} {}\n", what, by.where.begin, by.where.end, by.is_default, by.text, by.effect, by.packets, by.list, by.origin,
                          by.leg, by.rule.value_or(ir::none), by.in_list.value_or(ir::none));
  };
  for (const check::FlowResult& flow : site.flows) {
    text += fmt::format("{} {} {}\n", flow.id, to_string(flow.verdict), flow.note);
    for (const check::ServiceResult& service : flow.services) {
      text += fmt::format(" {} {} {} {} {} {}\n", service.name, to_string(service.verdict), to_string(service.open), to_string(service.onward), to_string(service.reply),
                          service.has_onward_and_reply);
      tell("decides", service.decided_by);
      tell("wrong way", service.wrong_way);
      tell("also open", service.also_open);
      if (service.witness) text += fmt::format("  {} {}\n", ir::to_string(service.witness->packet), service.witness->shows);
      for (const check::Assumption& a : service.assumptions) text += fmt::format("  assumes {} {} {}\n", a.where.begin, a.text, a.why);
      for (const std::string& line : service.passes) text += "  passes " + line + "\n";
      for (const std::string& line : service.fails) text += "  fails " + line + "\n";
    }
  }
  for (const check::Finding& finding : site.findings)
    text += fmt::format("{} {} {}\n", finding.diagnostic.code, finding.diagnostic.message, finding.diagnostic.where.begin);
  return text;
}

/// Three flows to a platform that may have an address, and two from it.
policy::Pack few_flows(Random& random) {
  policy::Pack pack = dns_pack(53);
  pack.family.reset();
  if (random.chance(60)) pack.family = random.chance(80) ? Family::ipv4 : Family::ipv6;
  if (random.chance(30)) pack.roles[1].addresses = std::vector{*parse_prefix("10.1.0.0/24"), *parse_prefix("2001:db8::1/128")};
  const auto add = [&](const char* id, std::uint8_t protocol, std::uint16_t port, bool inward) {
    policy::Flow flow = pack.flows.front();
    flow.id = id, flow.number = static_cast<int>(pack.flows.size()) + 1;
    if (inward) std::swap(flow.from, flow.to);
    flow.services[0].protocol = protocol;
    flow.services[0].protocol_name = protocol == ir::protocol::tcp ? "tcp" : "udp";
    flow.services[0].one_way = protocol == ir::protocol::udp;
    flow.services[0].ports = {{port, port}};
    flow.services[0].ports_text = fmt::format("{}", port);
    pack.flows.push_back(flow);
  };
  add("web", ir::protocol::tcp, 443, false);
  add("monitoring", ir::protocol::udp, 3011, false);
  add("admin", ir::protocol::tcp, 22, true);
  add("api", ir::protocol::tcp, 8080, true);
  return pack;
}

/// The same document with all its lists and members the other way round.
std::string reversed(const std::string& text) {
  using Json = nlohmann::ordered_json;
  const std::function<Json(const Json&)> turn = [&](const Json& json) {
    if (!json.is_structured()) return json;
    Json result = json.is_array() ? Json::array() : Json::object();
    for (auto item = json.end(); item != json.begin();) {
      --item;
      if (json.is_array()) result.push_back(turn(*item));
      else result[item.key()] = turn(*item);
    }
    return result;
  };
  return turn(Json::parse(text)).dump(1);
}

}  // namespace

TEST_CASE("alike: shared answers are those that each firewall gives for itself") {
  const unsigned cases = setting("WALLCHECK_CASES", 40), first_seed = setting("WALLCHECK_SEED", 1);
  Random policies(first_seed);
  for (const Writer& writer : writers()) {
    const policy::Pack pack = few_flows(policies);
    check::Request request;
    request.pack = &pack;
    check::Alike alike;
    unsigned asked = 0;
    const auto compare = [&](const std::string& text) {
      INFO(text);
      const frontend::Loaded loaded = frontend::load(std::make_shared<SourceFile>(std::string(writer.file), text), {});
      for (const ir::Firewall& firewall : loaded.firewalls) {
        bool incomplete = false;
        request.alike = nullptr;
        const check::SiteResult alone = check::check_flows(firewall, loaded.sources, request, incomplete);
        request.alike = &alike;
        const check::SiteResult shared = check::check_flows(firewall, loaded.sources, request, incomplete);
        CHECK(told(shared) == told(alone));
        asked += static_cast<unsigned>(pack.flows.size());
      }
    };
    for (unsigned seed = first_seed; seed < first_seed + cases; ++seed) {
      INFO(writer.file << " seed " << seed);
      std::mt19937 random(seed);
      Intent intent = seed % 2 == 0 ? random_intent(random) : random_rich_intent(random);
      if (seed % 3 == 0) intent.resize(1);
      const std::string text = writer.write(intent);
      compare(text);
      if (writer.file.ends_with(".json")) compare(reversed(text));
    }
    INFO(writer.file << ": shared " << alike.shared() << " of " << asked);
    // Azure's own rules ask who is in VirtualNetwork, which no file says.
    CHECK(alike.shared() >= (writer.file == "azure.json" ? 0 : asked / 10));
  }
}
