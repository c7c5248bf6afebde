#include "frontend/cloud/side_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/decoders.h"
#include "frontend/cloud/json_start.h"

namespace wallcheck::frontend::cloud {

using json::Kind;
using json::Value;

namespace {

/// Calls `visit` for every value below, from the outside in; what it takes (true) is not looked into.
template <class Visit>
void walk(const std::vector<Value>& roots, Visit visit) {
  std::vector<Value> waiting(roots.rbegin(), roots.rend());
  while (!waiting.empty()) {
    const Value value = waiting.back();
    waiting.pop_back();
    if (visit(value)) continue;
    const auto first = static_cast<std::ptrdiff_t>(waiting.size());
    for (const Value inner : value) waiting.push_back(inner);
    std::reverse(waiting.begin() + first, waiting.end());
  }
}

void add_network(Members& members, std::string_view text, bool& readable) {
  const auto ranges = parse_network(text);
  readable = ranges.has_value();
  if (ranges) members.addresses.insert(members.addresses.end(), ranges->begin(), ranges->end());
}

}  // namespace

FileId SideFiles::add(const SideFile& side) {
  sources_.push_back(side.file);
  return static_cast<FileId>(sources_.size() - 1);
}

std::optional<json::Tree> SideFiles::read_json(const SideFile& side, FileId id) {
  const auto start = json_start(side.file->bytes());
  if (!start) {
    document_.problem("WC901", {0, 0, id}, fmt::format("{} holds no JSON text", printable(side.file->path())), "{ or [");
    return std::nullopt;
  }
  auto tree = json::Tree::read(*side.file, id, start->json, document_.options.limits);
  if (tree) return std::move(tree).value();
  document_.problem(tree.error().code, tree.error().where, tree.error().message, tree.error().expected);
  return std::nullopt;
}

void SideFiles::read_address_sets() {
  for (const SideFile& side : document_.options.address_sets) {
    const FileId id = add(side);
    Members& members = document_.sets[side.name];
    const std::string_view bytes = side.file->bytes();
    const std::size_t first = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    if (first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[')) {
      const auto tree = read_json(side, id);
      if (!tree) {
        members.complete = false;
        continue;
      }
      bool found = false;
      walk(tree->roots(), [&](Value value) {
        const bool other_tag = value["properties"]["addressPrefixes"].is(Kind::array) && !same_word(value["name"].text(), side.name);
        if (other_tag) return true;
        if (!value.is(Kind::string)) return false;
        bool readable = false;
        add_network(members, value.text(), readable);
        found |= readable;
        return true;
      });
      if (!found) document_.problem("WC902", {0, 0, id}, fmt::format("{} has no network for {}", printable(side.file->path()), printable(side.name)));
      members.complete &= found;
    } else {
      for (std::uint32_t number = 1; number <= side.file->line_count(); ++number) {
        std::string_view line = side.file->line(number);
        line = line.substr(0, line.find('#'));
        const std::size_t begin = line.find_first_not_of(" \t\xef\xbb\xbf");
        if (begin == std::string_view::npos) continue;
        const std::string_view text = line.substr(begin, line.find_last_not_of(" \t") - begin + 1);
        bool readable = false;
        add_network(members, text, readable);
        if (readable) continue;
        const std::uint32_t at = side.file->line_begin(number) + static_cast<std::uint32_t>(begin);
        document_.problem("WC902", {at, at + static_cast<std::uint32_t>(text.size()), id}, fmt::format("\"{}\" is not a network", printable(text)),
                          "one network a line, such as 10.0.0.0/8");
        members.complete = false;
      }
    }
    members.addresses = ir::normalised(std::move(members.addresses));
  }
}

void SideFiles::read_attachments() {
  for (const SideFile& side : document_.options.attachments) {
    const FileId id = add(side);
    const auto tree = read_json(side, id);
    if (!tree) continue;
    std::size_t found = 0;
    const auto attach = [&](Value groups, std::string_view kind, std::string_view name) -> Attachment* {
      Attachment attachment;
      attachment.through = fmt::format("{} {}", kind, name);
      for (const Value group : groups) attachment.groups.emplace_back(group["GroupId"].text());
      std::ranges::sort(attachment.groups);
      ++found;
      if (attachment.groups.empty()) return nullptr;
      return &document_.attachments.emplace_back(std::move(attachment));
    };
    walk(tree->roots(), [&](Value value) {
      const Value groups = value["Groups"];
      if (value["NetworkInterfaceId"].is(Kind::string) && groups.is(Kind::array)) {
        const Attachment* attachment = attach(groups, "interface", value["NetworkInterfaceId"].text());
        if (attachment == nullptr) return true;
        // An interface that is not in the side file may be in the group too.
        walk({value["PrivateIpAddresses"], value["Ipv6Addresses"], value["PrivateIpAddress"]}, [&](Value address) {
          if (!address.is(Kind::string)) return false;
          for (const std::string& group : attachment->groups) {
            Members& members = document_.sets.try_emplace(group, Members{{}, false}).first->second;
            bool readable = false;
            if (!members.complete) add_network(members, address.text(), readable);
          }
          return true;
        });
        return true;
      }
      if (value["InstanceId"].is(Kind::string) && value["SecurityGroups"].is(Kind::array) && value["NetworkInterfaces"].size() == 0) {
        attach(value["SecurityGroups"], "instance", value["InstanceId"].text());
        return true;
      }
      return false;
    });
    if (found == 0) document_.problem("WC902", {0, 0, id}, fmt::format("{} attaches no group to anything", printable(side.file->path())), "describe-network-interfaces or describe-instances output");
  }
}

const Group* SideFiles::read_network_acl() {
  if (!document_.options.network_acl) return nullptr;
  const SideFile& side = *document_.options.network_acl;
  const FileId id = add(side);
  acl_document_ = std::make_unique<Document>(document_.options, document_.diagnostics, document_.directives);
  acl_document_->sets = document_.sets;
  acl_document_->any_format = true;
  auto tree = read_json(side, id);
  std::vector<const Group*> acls;
  if (tree) {
    // Texts of the groups point into the tree.
    const json::Tree& kept = *trees_.emplace_back(std::make_unique<json::Tree>(std::move(*tree)));
    decode_all(*acl_document_, kept);
    document_.incomplete |= acl_document_->incomplete;
    for (const Group& group : acl_document_->groups)
      if (group.ordered && !group.stateful) acls.push_back(&group);
    if (acls.size() == 1) return acls.front();
    document_.problem("WC902", {0, 0, id}, fmt::format("{} network ACLs are in {}: which of them stands in front cannot be told", acls.size(), printable(side.file->path())),
                      "a file with one network ACL");
  }
  Group& unknown = acl_document_->add_group(ir::Format::nacl, "network ACL", {}, {0, 0, id});
  unknown.ordered = true;
  unknown.stateful = false;
  for (const ir::Path direction : {ir::Path::ingress, ir::Path::egress}) {
    Permission permission;
    permission.direction = direction;
    permission.effect = Effect::unreadable;
    permission.unrecognised = true;
    permission.where = unknown.where;
    unknown.permissions.push_back(std::move(permission));
  }
  return &unknown;
}

}  // namespace wallcheck::frontend::cloud
