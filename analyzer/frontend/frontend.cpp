#include "frontend/frontend.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "frontend/cloud/json_start.h"
#include "frontend/utf16.h"

namespace wallcheck::frontend {
namespace {

using Load = Loaded (*)(const std::shared_ptr<const SourceFile>&, const Options&);

/// One row a format: who reads it.
struct FormatRow {
  ir::Format format;
  Load load;
};
constexpr FormatRow formats[] = {
    {ir::Format::iptables, load_iptables},
    {ir::Format::ip6tables, load_iptables},
    {ir::Format::pf, load_pf},
    {ir::Format::aws, load_cloud},
    {ir::Format::nacl, load_cloud},
    {ir::Format::cloudformation, load_cloud},
    {ir::Format::terraform, load_cloud},
    {ir::Format::openstack, load_cloud},
    {ir::Format::azure, load_cloud},
    {ir::Format::gcp, load_cloud},
};

Loaded failure(std::shared_ptr<const SourceFile> file, std::string code, std::string message) {
  Loaded loaded;
  loaded.sources.push_back(std::move(file));
  loaded.failed = true;
  loaded.diagnostics.push_back({std::move(code), Severity::error, std::move(message), {}});
  return loaded;
}

/// `*filter`, `:INPUT DROP`, `-A INPUT`, `[0:0] -A INPUT`.
bool begins_iptables(std::string_view line) {
  if (line.size() < 2) return false;
  const auto letter = [&](std::size_t at) { return at < line.size() && ((line[at] >= 'a' && line[at] <= 'z') || (line[at] >= 'A' && line[at] <= 'Z')); };
  if (line[0] == '*' || line[0] == ':') return letter(1);
  if (line[0] == '[') {
    const std::size_t close = line.find("] -");
    return close != std::string_view::npos && line.substr(1, close - 1).find_first_not_of("0123456789:") == std::string_view::npos;
  }
  constexpr std::string_view commands = "AINPFXDRE";
  return line[0] == '-' && commands.find(line[1]) != std::string_view::npos && (line.size() == 2 || line[2] == ' ');
}

/// `pass in ...`, `block all`, `set skip on lo`, `table <t>`, `anchor "x"`, `nat on em0 ...`.
bool begins_pf(std::string_view line) {
  const std::size_t end = std::min(line.find_first_of(" \t\r{"), line.size());
  const std::string_view word = line.substr(0, end);
  std::string_view rest = line.substr(end);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  constexpr std::string_view alone[] = {"pass", "block", "match", "antispoof", "anchor", "scrub", "nat", "rdr", "binat", "nat-anchor",
                                        "rdr-anchor", "scrub-anchor", "altq"};
  if (std::ranges::find(alone, word) != std::end(alone)) return !rest.starts_with('=');
  const auto followed_by = [&](auto... starts) { return (rest.starts_with(starts) || ...); };
  if (word == "table") return followed_by("<");
  if (word == "load") return followed_by("anchor ");
  if (word == "set") return followed_by("skip ", "block-policy ", "state-policy ", "state-defaults ", "timeout ", "limit ", "optimization ", "loginterface ", "reassemble ",
                                        "ruleset-optimization ", "require-order ", "debug ", "fingerprints ", "hostid ");
  return word == "no" && followed_by("nat ", "rdr ", "binat ", "scrub ");
}

/// A line that carries meaning in a format: no blank line, no comment. Empty at the end.
std::string_view next_line(std::string_view& rest) {
  while (!rest.empty()) {
    std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) end = rest.size();
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!line.empty() && line != "\r" && line.front() != '#') return line;
  }
  return {};
}

}  // namespace

std::optional<ir::Format> detect(std::string_view bytes) {
  if (const auto utf8 = from_utf16(bytes)) return detect(*utf8);
  if (cloud::begins_with_json(bytes)) return cloud::detect_cloud(bytes);
  std::string_view all = bytes;
  const std::string_view first = next_line(bytes);
  if (begins_iptables(first)) return ir::Format::iptables;
  // A first line that cannot be read must not hide what the file is.
  for (std::string_view line = first; !line.empty(); line = next_line(bytes))
    if (line.front() == '*' && begins_iptables(line)) return ir::Format::iptables;
  if (const auto format = cloud::detect_cloud(all)) return format;
  for (std::string_view line = next_line(all); !line.empty(); line = next_line(all))
    if (begins_pf(line)) return ir::Format::pf;
  return std::nullopt;
}

Loaded load(std::shared_ptr<const SourceFile> file, const Options& options) {
  // What is in UTF-16 is read, and shown, as UTF-8.
  if (auto utf8 = from_utf16(file->bytes())) file = std::make_shared<const SourceFile>(file->path(), std::move(*utf8));
  // Spans count bytes in 32 bits.
  const std::size_t most = std::min<std::size_t>(options.limits.input_bytes, std::numeric_limits<std::uint32_t>::max() - 1);
  if (file->bytes().size() > most)
    return failure(std::move(file), "WC904", fmt::format("the file is larger than {} bytes {}: it was not read", most, limit_words("input_bytes")));
  // Whose JSON it is, the tree tells better than its words.
  if (!options.format && cloud::begins_with_json(file->bytes())) return load_cloud(file, options);
  const auto format = options.format ? options.format : detect(file->bytes());
  if (!format) {
    const bool empty = file->bytes().empty();
    return failure(std::move(file), "WC905", empty ? "the file is empty" : "this is no firewall file that we know by its content; --input-format names the format");
  }
  const auto* row = std::ranges::find(formats, *format, &FormatRow::format);
  if (row == std::end(formats))
    return failure(std::move(file), "WC905", fmt::format("files of format {} cannot be read", ir::to_string(*format)));
  return row->load(file, options);
}

}  // namespace wallcheck::frontend
