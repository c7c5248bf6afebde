#pragma once
// cloud: one decoder a provider. A decoder is told of every object in the file from the outside in; one that knows an object takes it,
// with all that is in it. So wrappers do not matter: pages, `{"SecurityGroups": [...]}`, `{"value": [...]}`, a bare array, JSON lines.

#include "frontend/cloud/document.h"

namespace wallcheck::frontend::cloud {

struct Decoder {
  ir::Format format;
  /// Is this one of its objects? Cheap: asked of every object near the top of the file.
  bool (*knows)(json::Value object);
  void (*decode)(Document& document, json::Value object);
  /// When the whole file has been seen. nullptr: nothing to do.
  void (*finish)(Document& document);
};

/// Shows a file to all decoders, or to those of Options::format. The format of the first object that one of them knew; nullopt: no firewall.
std::optional<ir::Format> decode_all(Document& document, const json::Tree& tree);

bool knows_aws_group(json::Value object);
void decode_aws_group(Document& document, json::Value group);
bool knows_aws_rule(json::Value object);
void decode_aws_rule(Document& document, json::Value rule);
bool knows_network_acl(json::Value object);
void decode_network_acl(Document& document, json::Value acl);
/// Allow entries that a deny entry before them leaves nothing of (also of Terraform and CloudFormation network ACLs).
void find_dead_allows(Document& document, const Group& acl);

/// Protocol and ports as all AWS formats write them: -1 is every protocol, ICMP has type and code for ports, protocols without ports ignore
/// them. Absent values are missing.
void aws_service(Document& document, Permission& permission, json::Value protocol, json::Value from, json::Value to);

}  // namespace wallcheck::frontend::cloud
