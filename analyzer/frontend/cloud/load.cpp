// cloud: one JSON file to firewalls, one for each group unless groups are attached together.

#include <algorithm>

#include <fmt/format.h>

#include "frontend/cloud/aws_rules.h"
#include "frontend/cloud/build.h"
#include "frontend/cloud/decoders.h"
#include "frontend/cloud/json_start.h"
#include "frontend/cloud/side_files.h"
#include "frontend/frontend.h"

namespace wallcheck::frontend {
namespace cloud {
namespace {

using json::Kind;
using json::Value;

/// Lists that say "there is no group here" by being empty.
constexpr std::string_view group_lists[] = {"SecurityGroups", "SecurityGroupRules", "NetworkAcls", "security_groups", "security_group_rules"};

/// The sites of the file: groups attached together, each other group by itself.
class Sites {
 public:
  Sites(Document& document, const Group* network_acl) : document_(document), network_acl_(network_acl) {}

  std::vector<ir::Firewall> build_all() {
    std::vector<ir::Firewall> firewalls;
    if (!document_.options.groups.empty()) {
      if (const auto chosen = named_by_user(); !chosen.empty()) {
        add(firewalls, chosen);
        return firewalls;
      }
      if (document_.chosen_targets.empty())
        document_.trap("WC429", {}, "none of the groups that --group names is in the file: each group is looked at by itself", Severity::note);
    }
    firewalls.reserve(document_.groups.size());
    std::vector<const Group*> attached;
    for (const Attachment& attachment : document_.attachments) {
      std::vector<const Group*> together;
      if (std::ranges::none_of(attachment.groups, [&](const std::string& name) { return find(name) != nullptr; })) continue;
      for (const std::string& name : attachment.groups) {
        const Group* const group = find_or_add(name, attachment);
        if (std::ranges::find(together, group) == together.end()) together.push_back(group);
      }
      if (together.empty() || std::ranges::find(done_, together) != done_.end()) continue;
      done_.push_back(together);
      if (!add(firewalls, together)) return firewalls;
      attached.insert(attached.end(), together.begin(), together.end());
    }
    for (Group& group : document_.groups) {
      if (std::ranges::find(attached, &group) != attached.end()) continue;
      if (!add(firewalls, {&group})) return firewalls;
      group.permissions = {};  // a dump of 10,000 groups need not be in memory twice
    }
    return firewalls;
  }

 private:
  const Group* find(std::string_view name) const {
    for (const bool by_id : {true, false})
      for (const Group& group : document_.groups)
        if ((by_id ? group.id : group.name) == name || (by_id && !group.alias.empty() && group.alias == name)) return &group;
    return nullptr;
  }

  /// A group that the interface is in, but not the file, may permit anything.
  const Group* find_or_add(const std::string& name, const Attachment& attachment) {
    if (const Group* const group = find(name)) return group;
    const std::string_view reason = document_.keep(fmt::format("{} is in this group, but the group is not in the file", attachment.through));
    Group& group = document_.add_group(document_.groups.front().format, document_.keep(name), {}, document_.groups.front().where);
    add_unknown_rest(group, reason, group.where);
    return &group;
  }

  std::vector<const Group*> named_by_user() {
    std::vector<const Group*> chosen;
    std::vector<std::string_view> missing;
    for (const std::string& name : document_.options.groups) {
      if (document_.chosen_targets.contains(name)) continue;
      const Group* const group = find(name);
      if (group == nullptr) missing.push_back(name);
      else if (std::ranges::find(chosen, group) == chosen.end()) chosen.push_back(group);
    }
    if (chosen.empty()) return chosen;
    for (const std::string_view name : missing)
      document_.problem("WC429", {}, fmt::format("group {} is not in the file: what it permits is not known", printable(name)));
    if (const std::size_t others = document_.groups.size() - chosen.size(); others > 0)
      document_.trap("WC429", {}, fmt::format("{} other group{} of the file {} not looked at: --group names what is attached together", others, others == 1 ? "" : "s",
                                              others == 1 ? "is" : "are"), Severity::note);
    return chosen;
  }

  /// False: no more are to be looked at.
  bool add(std::vector<ir::Firewall>& firewalls, const std::vector<const Group*>& groups) {
    const Limits& limits = document_.options.limits;
    const auto stop = [&](std::string_view why) {
      document_.problem("WC904", groups.front()->where, fmt::format("{}: this one and those behind it are not looked at", why));
      return false;
    };
    if (limits.stopped()) return stop(stop_words(*limits.stop));
    if (firewalls.size() >= limits.groups) return stop(fmt::format("the file has more than {} groups {}", limits.groups, limit_words("groups")));
    constexpr std::ptrdiff_t most = 8;  // stages that keep state; an interface has a group of its own and one of its subnet
    if (std::ranges::count_if(groups, &Group::ordered) > most) {
      document_.problem("WC904", groups.front()->where, fmt::format("more than {} groups with priorities are attached together", most));
      return true;
    }
    const bool behind_acl = network_acl_ != nullptr && groups.front()->format != ir::Format::nacl;
    firewalls.push_back(build(document_, groups, behind_acl ? network_acl_ : nullptr));
    return true;
  }

  Document& document_;
  const Group* network_acl_;
  std::vector<std::vector<const Group*>> done_;
};

Loaded load(const std::shared_ptr<const SourceFile>& file, const Options& options) {
  Loaded loaded;
  loaded.sources.push_back(file);
  loaded.format = options.format;
  Diagnostics diagnostics(options.limits);
  const auto failed = [&](Diagnostic diagnostic) {
    diagnostics.add(std::move(diagnostic));
    loaded.failed = true;
    loaded.diagnostics = diagnostics.take();
    return std::move(loaded);
  };

  const auto start = json_start(file->bytes());
  if (!start) return failed({"WC901", Severity::error, "the file holds no JSON text", {}, {}, "{ or [ at the beginning of a line"});
  auto tree = json::Tree::read(*file, 0, start->json, options.limits);
  if (!tree) return failed({tree.error().code, Severity::error, tree.error().message, tree.error().where, {}, tree.error().expected});

  Document document(options, diagnostics, loaded.directives);
  if (start->text < start->json)
    document.trap("WC428", {start->text, start->json}, "this is not part of the JSON text that follows: it was not read", Severity::note);
  for (const Value duplicate : tree->duplicates())
    document.trap("WC427", duplicate.key(), fmt::format("key \"{}\" stands here a second time: this one counts", printable(duplicate.name())));

  SideFiles side_files(document, loaded.sources);
  side_files.read_address_sets();
  const auto found = decode_all(document, *tree);
  if (!loaded.format) loaded.format = found;
  if (document.groups.empty()) {
    loaded.no_firewall = true;
    const bool has_empty_list = std::ranges::any_of(tree->roots(), [](Value root) {
      return std::ranges::any_of(group_lists, [&](std::string_view key) { return root[key].is(Kind::array); });
    });
    std::string message = has_empty_list ? "the list of groups is empty: there is no firewall in this file" : "JSON without any firewall in it";
    if (options.format && !has_empty_list) message = fmt::format("JSON without any firewall of format {} in it", ir::to_string(*options.format));
    return failed({"WC905", Severity::error, std::move(message), {}, {}, {}});
  }
  tree->keep_texts_only();
  side_files.read_attachments();
  loaded.firewalls = Sites(document, side_files.read_network_acl()).build_all();
  loaded.incomplete = document.incomplete;
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

}  // namespace
}  // namespace cloud

Loaded load_cloud(const std::shared_ptr<const SourceFile>& file, const Options& options) { return cloud::load(file, options); }

}  // namespace wallcheck::frontend
