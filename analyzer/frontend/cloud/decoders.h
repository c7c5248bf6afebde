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
bool knows_cloudformation(json::Value object);
void decode_cloudformation(Document& document, json::Value file);
bool knows_openstack_group(json::Value object);
void decode_openstack_group(Document& document, json::Value group);
bool knows_openstack_rule(json::Value object);
void decode_openstack_rule(Document& document, json::Value rule);
bool knows_azure_group(json::Value object);
void decode_azure_group(Document& document, json::Value group);
bool knows_azure_rule(json::Value object);
void decode_azure_rule(Document& document, json::Value rule);
void finish_azure(Document& document);
bool knows_gcp_rule(json::Value object);
void decode_gcp_rule(Document& document, json::Value rule);
bool knows_terraform(json::Value object);
void decode_terraform(Document& document, json::Value file);

}  // namespace wallcheck::frontend::cloud
