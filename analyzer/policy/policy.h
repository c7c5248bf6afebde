#pragma once
// policy: which flows must work, between which roles, and what a file protects. Knows no front-end and no rule.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/diagnostic.h"
#include "base/result.h"
#include "ir/values.h"

namespace wallcheck::policy {

/// One protocol with its ports. A flow has several where a document says "HTTP(S)".
struct Service {
  std::string name;                       ///< "collectd"
  std::string protocol_name;              ///< as the pack says it: "udp"
  std::uint8_t protocol = 0;
  std::string ports_text;                 ///< as the pack says it: "3011", "80,8000-8099"; empty where the protocol has none
  std::vector<ir::Range> ports;           ///< destination ports; empty = all
  std::string source_ports_text;          ///< as the pack says it; empty where it leaves the default
  std::vector<ir::Range> source_ports;    ///< default 1024-65535; empty where the protocol has none
  bool one_way = false;                   ///< nothing is ever answered: only the open leg exists
};

enum class Require : std::uint8_t { all, any };

/// A documented flow: `from` opens connections to `to`.
struct Flow {
  std::string id;
  int number = 0;
  std::string traffic;
  std::string from;
  std::string to;
  std::vector<Service> services;
  Require require = Require::all;
  std::string description;
  std::vector<std::string> environments;  ///< empty = always
};

struct Role {
  std::string id;
  std::string title;
  /// nullopt: not specified by the document; else normalised ranges, IPv4 and IPv6 mixed.
  std::optional<std::vector<AddressRange>> addresses;
};

/// A policy pack: `policies/*.json`, checked against `policies/policy.schema.json`.
struct Pack {
  std::string id, title, source, version;
  std::vector<std::string> notes;  ///< what its author says about its limits: what the source leaves open and how the pack took it
  std::vector<Role> roles;
  std::vector<Flow> flows;
  std::optional<Family> family;  ///< a pack of one family; a file of the other one is not-applicable
  bool closed = false;           ///< whatever no flow explains is a finding too

  const Role* role(std::string_view id) const;
  const Flow* flow(std::string_view id) const;
};

enum class Position : std::uint8_t { host, gateway };
std::string_view to_string(Position position);

/// What a file protects.
struct Site {
  std::string role = "cloud";
  Position position = Position::host;
  std::string chosen_by = "default";   ///< "default", "command line", "config", "comment in the file"
  std::vector<std::string> inside;     ///< interfaces; empty = not given
  std::vector<std::string> outside;
};

/// Which end of the flow a site is.
enum class FlowDirection : std::uint8_t { egress, ingress, not_applicable };
FlowDirection direction_of(const Flow& flow, const Site& site);
std::string_view to_string(FlowDirection direction);

/// The environments a flow may be narrowed to, in the order of `--environment`'s help.
const std::vector<std::string_view>& known_environments();
/// Does the flow count in these environments (`--environment`; none given: every flow counts)?
bool applies(const Flow& flow, const std::vector<std::string>& environments);

}  // namespace wallcheck::policy
