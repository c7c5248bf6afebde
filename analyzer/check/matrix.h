#pragma once
// Who may open which service at a site: roles times services, in both directions. Plain values, all that reports need.
//
// A cell speaks of connections: every address of the role (or of no role), every address that the site may have, every interface that
// the site does not exclude. Where the policy leaves an address open it is any one that a host can have.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/verdict.h"

namespace wallcheck::check {

/// What becomes of the connections of a cell, best first. A connection is let through if its first packet, its later ones and the answers are.
enum class Permission : std::uint8_t {
  permitted,       ///< all of them, from every source port that the service uses, whatever the undecided conditions do
  some,            ///< a part of them, for certain
  undecided,       ///< it turns on conditions that the file does not decide, or it could not be found out
  unanswered,      ///< some may be opened, but later packets or answers do not pass
  blocked,         ///< none can be opened, from whichever source port
  not_applicable,  ///< there are no such connections: the file filters another family
};
/// "permitted", "some", ..., "not-applicable".
std::string_view to_string(Permission permission);

struct Matrix {
  struct Column {
    std::string name, protocol, ports;
    bool documented = false;                   ///< a service of the policy's flows; else a well-known one that exposure audits look for
  };
  struct Cell {
    Permission permission = Permission::not_applicable;
    bool diverted = false;                     ///< some of it is rewritten to another destination
    std::vector<std::string> passes = {};      ///< some: what passes; undecided: what may pass; readable regions
    std::optional<DecidedBy> decided_by = {};  ///< what decides the witness
    std::size_t others = 0;                    ///< further rules and defaults that decide alike about other packets of the cell
    std::optional<Witness> witness = {};       ///< replayed
    std::vector<Assumption> assumptions = {};  ///< undecided conditions that the cell turns on
    std::string why = {};                      ///< not-applicable, or not found out: a sentence
  };
  struct Row {
    std::string role;                          ///< its id; "anyone": addresses of no role
    std::string title;
    bool anyone = false;
    std::vector<std::string> perhaps;          ///< anyone: roles whose addresses are not given, and which may be among these
    policy::FlowDirection direction = policy::FlowDirection::ingress;  ///< egress: the site opens
    std::vector<Cell> cells;                   ///< one a column
  };
  std::vector<Column> columns;                 ///< the policy's services in its order, then the well-known ones
  std::vector<Row> rows;                       ///< ingress, then egress; roles in the policy's order, anyone last
};

}  // namespace wallcheck::check
