#include "report/json_values.h"

#include "ir/packet_words.h"
#include "report/places.h"

namespace wallcheck::report {

std::string to_text(const Json& value) { return value.dump(2, ' ', true, Json::error_handler_t::replace); }

void add_place(Json& object, const Sources& sources, Span where) {
  const auto location = locate(sources, where);
  if (!location) return;
  if (location->in_other_file) object["path"] = location->path;
  object["line"] = location->begin.line;
  object["column"] = location->begin.column;
}

Json to_json(const check::DecidedBy& by, const Sources& sources) {
  Json object = Json::object();
  add_place(object, sources, by.where);
  object["text"] = by.text;
  object["effect"] = by.effect;
  if (!by.packets.empty()) object["packets"] = by.packets;
  if (!by.list.empty()) object["list"] = by.list;
  if (!by.leg.empty()) object["leg"] = by.leg;
  if (by.is_default) object["default"] = true;
  if (!by.origin.empty()) object["origin"] = by.origin;
  return object;
}

Json to_json(const check::Assumption& assumption, const Sources& sources) {
  Json object = Json::object();
  add_place(object, sources, assumption.where);
  object["text"] = assumption.text;
  object["why"] = assumption.why;
  return object;
}

Json to_json(const ir::Packet& packet) {
  Json object = Json::object();
  object["hook"] = ir::hook_name(packet.path);
  object["proto"] = ir::protocol_text(packet.protocol);
  object["src"] = to_string(packet.source);
  object["dst"] = to_string(packet.destination);
  if (ir::protocol::has_ports(packet.protocol)) {
    object["sport"] = packet.source_port;
    object["dport"] = packet.destination_port;
  }
  if (packet.protocol == ir::protocol::tcp) object["tcp_flags"] = ir::tcp_flags_name(packet.tcp_flags);
  if (packet.protocol == ir::protocol::icmp || packet.protocol == ir::protocol::icmpv6) {
    object["icmp_type"] = packet.icmp_type;
    object["icmp_code"] = packet.icmp_code;
  }
  object["state"] = ir::state_name(packet.state);
  object["ct_dir"] = ir::direction_name(packet.direction);
  if (!packet.in_interface.empty()) object["in_iface"] = packet.in_interface;
  if (!packet.out_interface.empty()) object["out_iface"] = packet.out_interface;
  if (packet.mark != 0) object["mark"] = packet.mark;
  if (packet.fragment) object["fragment"] = true;
  return object;
}

}  // namespace wallcheck::report
