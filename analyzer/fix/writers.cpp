#include "fix/writer.h"

#include <stdexcept>

namespace wallcheck::fix {

const Writer& writer_of(ir::Format format) {
  switch (format) {
    case ir::Format::iptables:
    case ir::Format::ip6tables: return iptables_writer;
    case ir::Format::pf: return pf_writer;
    case ir::Format::aws: return aws_writer;
    case ir::Format::nacl: return nacl_writer;
    case ir::Format::cloudformation: return cloudformation_writer;
    case ir::Format::terraform: return terraform_writer;
    case ir::Format::openstack: return openstack_writer;
    case ir::Format::azure: return azure_writer;
    case ir::Format::gcp: return gcp_writer;
  }
  throw std::logic_error("a format without a writer");
}

}  // namespace wallcheck::fix
