#pragma once
// Outputs of `wallcheck policy`: the packs, for people and for programs.

#include <span>
#include <string>
#include <vector>

#include "policy/policy.h"
#include "report/report.h"

namespace wallcheck::report {

/// A pack and where it was found.
struct PackEntry {
  policy::Pack pack;
  std::string path;
};

/// One line a pack: id, version, number of flows, title.
std::string packs_text(const Style& style, std::span<const PackEntry> packs);
std::string packs_json(std::span<const PackEntry> packs);

/// The whole pack: its roles with their addresses, its flows with their services.
std::string pack_text(const Style& style, const policy::Pack& pack);
/// The pack in the shape of a pack file, with everything that it extends already in it.
std::string pack_json(const policy::Pack& pack);

/// The networks of a role; none where the policy leaves them open.
std::vector<std::string> addresses_of(const policy::Role& role);
/// "HTTPS (tcp/443)", printable.
std::string service_text(const policy::Service& service);

}  // namespace wallcheck::report
