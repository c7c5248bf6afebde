#pragma once
// cloud: what stands beside the file: members of named sets, what is attached to what, the network ACL in front.

#include <memory>

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

class SideFiles {
 public:
  /// Files read are added to `sources`, so that spans can name them.
  SideFiles(Document& document, Sources& sources) : document_(document), sources_(sources) {}

  /// Options::address_sets into Document::sets. One network a line (`#` begins a comment), or JSON: managed prefix list entries, prefix lists,
  /// Azure service tags (of those the tag of the set's name), or any other JSON whose strings are networks.
  void read_address_sets();
  /// Options::attachments into Document::attachments, and the addresses of the interfaces into the sets of their groups.
  /// describe-network-interfaces or describe-instances.
  void read_attachments();
  /// Options::network_acl: the only network ACL of that file; one that may do anything if it cannot be told which. nullptr: none is given.
  const Group* read_network_acl();

 private:
  FileId add(const SideFile& side);
  std::optional<json::Tree> read_json(const SideFile& side, FileId id);

  Document& document_;
  Sources& sources_;
  std::unique_ptr<Document> acl_document_;
  std::vector<std::unique_ptr<json::Tree>> trees_;
};

}  // namespace wallcheck::frontend::cloud
