// Any bytes as JSON of a cloud: what it is by its content, as each provider's in turn, and as what stands beside a file: attachments, a
// network ACL, members of a set.

#include "target.h"

using namespace wallcheck;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::bytes_of(data, size);
  const frontend::Loaded loaded = fuzz::load(bytes);
  for (const ir::Format format : {ir::Format::aws, ir::Format::nacl, ir::Format::cloudformation, ir::Format::terraform, ir::Format::openstack,
                                  ir::Format::azure, ir::Format::gcp})
    if (format != loaded.format) fuzz::load(bytes, format);

  static const auto group = fuzz::file_of(R"({"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22,
    "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-1"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]}], "IpPermissionsEgress": []}]})");
  const frontend::SideFile side{"pl-1", fuzz::file_of(bytes, "side")};
  frontend::Options options;
  options.limits = fuzz::limits();
  options.address_sets = options.attachments = {side};
  options.network_acl = side;
  const frontend::Loaded beside = frontend::load(group, options);
  fuzz::require_good(beside.diagnostics, beside.sources);
  return 0;
}
