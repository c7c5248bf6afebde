// Which decoder reads what of a file.

#include <algorithm>

#include "frontend/cloud/decoders.h"
#include "frontend/cloud/rules.h"

namespace wallcheck::frontend::cloud {
namespace {

using json::Kind;
using json::Value;

/// In the order in which they are asked.
constexpr Decoder decoders[] = {
    {ir::Format::terraform, knows_terraform, decode_terraform, nullptr},
    {ir::Format::cloudformation, knows_cloudformation, decode_cloudformation, nullptr},
    {ir::Format::aws, knows_aws_group, decode_aws_group, nullptr},
    {ir::Format::aws, knows_aws_rule, decode_aws_rule, nullptr},
    {ir::Format::nacl, knows_network_acl, decode_network_acl, nullptr},
    {ir::Format::openstack, knows_openstack_group, decode_openstack_group, nullptr},
    {ir::Format::openstack, knows_openstack_rule, decode_openstack_rule, nullptr},
    {ir::Format::azure, knows_azure_group, decode_azure_group, finish_azure},
    {ir::Format::azure, knows_azure_rule, decode_azure_rule, finish_azure},
    {ir::Format::gcp, knows_gcp_rule, decode_gcp_rule, choose_gcp_targets},
};

/// Objects deeper than this are inside of something that no decoder knows.
constexpr int deepest_wrapper = 6;

class Search {
 public:
  explicit Search(Document& document) : document_(document) {}

  /// Shows every object to the decoders, from the outside in.
  void run(const json::Tree& tree) {
    struct Entry {
      Value value;
      int depth;
    };
    std::vector<Entry> waiting;
    for (auto root = tree.roots().rbegin(); root != tree.roots().rend(); ++root) waiting.push_back({*root, 0});
    while (!waiting.empty()) {
      const auto [value, depth] = waiting.back();
      waiting.pop_back();
      if (take(value) || depth == deepest_wrapper) continue;
      std::vector<Value> inner;
      bool some_taken = false;
      for (const Value one : value) {
        if (value.is(Kind::array) && take(one)) some_taken = true;
        else if (one.is(Kind::object) || one.is(Kind::array)) inner.push_back(one);
      }
      // Resources of an ARM template are of many kinds; elsewhere, what stands among groups is one.
      if (some_taken && value.name() != "resources") {
        for (const Value one : inner) document_.problem("WC902", {one.span().begin, one.span().begin + 1, one.span().file}, "this stands among firewalls but is none that is known");
        continue;
      }
      for (auto one = inner.rbegin(); one != inner.rend(); ++one) waiting.push_back({*one, depth + 1});
    }
    for (const Decoder& decoder : decoders)
      if (decoder.finish != nullptr && std::ranges::find(used_, &decoder) != used_.end()) decoder.finish(document_);
  }

  std::optional<ir::Format> format() const { return used_.empty() ? std::nullopt : std::optional(used_.front()->format); }

 private:
  bool take(Value value) {
    if (!value.is(Kind::object)) return false;
    for (const Decoder& decoder : decoders) {
      if (!wanted(decoder.format) || !decoder.knows(value)) continue;
      if (std::ranges::find(used_, &decoder) == used_.end()) used_.push_back(&decoder);
      decoder.decode(document_, value);
      return true;
    }
    return false;
  }
  bool wanted(ir::Format format) const { return document_.any_format || !document_.options.format || *document_.options.format == format; }

  Document& document_;
  std::vector<const Decoder*> used_;
};

}  // namespace

std::optional<ir::Format> decode_all(Document& document, const json::Tree& tree) {
  Search search(document);
  search.run(tree);
  return search.format();
}

}  // namespace wallcheck::frontend::cloud
