#include "fix/writer.h"

#include <string>

namespace wallcheck::fix {

namespace {

std::vector<Candidate> nothing(ir::Format format, std::string& why_not) {
  why_not = "no fixes are written for " + std::string(ir::to_string(format)) + " files yet";
  return {};
}

const Writer no_writer{
    .permit = [](const Need& need, std::string& why_not) { return nothing(need.firewall.format, why_not); },
    .remove = [](const ir::Firewall& firewall, const Sources&, std::span<const ir::RuleId>, std::string& why_not) { return nothing(firewall.format, why_not); },
};

}  // namespace

const Writer& writer_of(ir::Format format) {
  switch (format) {
    case ir::Format::iptables:
    case ir::Format::ip6tables: return iptables_writer;
    case ir::Format::pf: return pf_writer;
    case ir::Format::aws: return aws_writer;
    case ir::Format::nacl: return nacl_writer;
    case ir::Format::openstack: return openstack_writer;
    default: return no_writer;
  }
}

}  // namespace wallcheck::fix
