#pragma once
// Sets of packets in words: "udp any:1024-65535 > 54.225.248.128/27:3011 out eth0".

#include <string>
#include <vector>

#include "evaluate/symbolic.h"
#include "packets/set.h"

namespace wallcheck::check {

/// Describes sets relative to what was asked: a field that takes every value that the question allows and the policy does not fix
/// is "any" (addresses) or is left out (interfaces).
class Describer {
 public:
  /// `asked` is a set of connections (see legs.h); `given` tells whether the policy fixes the dimension.
  Describer(const evaluate::Symbolic& symbolic, const packets::Set& asked, std::vector<packets::Dimension> given);

  /// One line a region, at most `limit` regions; if there are more, a last line says so.
  std::vector<std::string> lines(const packets::Set& connections, std::size_t limit, bool reply = false) const;
  /// The same in one line.
  std::string line(const packets::Set& connections, bool reply = false) const;

 private:
  std::string region(const packets::Region& region, bool reply) const;
  std::string addresses(const packets::Region& region, packets::Dimension dimension) const;
  std::string ports(const packets::Region& region, packets::Dimension dimension) const;
  std::string interfaces(const packets::Region& region, packets::Dimension dimension) const;
  const std::vector<ir::Range>& asked_values(packets::Dimension dimension) const;
  bool is_given(packets::Dimension dimension) const;

  const evaluate::Symbolic& symbolic_;
  std::vector<std::vector<ir::Range>> asked_;  ///< by packets::Dimension, of the connection dimensions
  std::vector<packets::Dimension> given_;
};

/// "tcp", "udp", "icmp", or the number.
std::string protocol_name(unsigned number);

}  // namespace wallcheck::check
