// Matches on bytes of the packet that no field of the common IR holds: other headers, options, content. They read their options and
// stay undecided. What routers or rules can change on the way (TOS, hop count) is asked anew each time.

#include <string>

#include <fmt/format.h>

#include "base/names.h"
#include "frontend/iptables/options.h"
#include "frontend/iptables/rule_builder.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

constexpr std::uint8_t only_ah[] = {ir::protocol::ah}, only_esp[] = {ir::protocol::esp}, only_ipcomp[] = {108};
constexpr std::uint8_t only_mobility[] = {135}, only_tcp[] = {ir::protocol::tcp};

// --- IPsec headers ---

constexpr std::string_view spi_reason = "depends on the security parameter index of the packet";
constexpr OptionSpec ah_options[] = {
    {.name = "ahspi", .value = Value::range, .meaning = Meaning::opaque, .invertible = true, .reason = spi_reason, .backwards = true},
};
constexpr OptionSpec esp_options[] = {
    {.name = "espspi", .value = Value::range, .meaning = Meaning::opaque, .invertible = true, .reason = spi_reason, .backwards = true},
};
constexpr OptionSpec ipcomp_options[] = {
    {.name = "ipcompspi", .value = Value::range, .invertible = true, .backwards = true},
    {.name = "compres"},
};

// --- The TOS byte, the hop count, the length ---

constexpr std::string_view tos_reason = "depends on the TOS byte, which routers and rules change";
constexpr OptionSpec dscp_options[] = {
    {.name = "dscp", .value = Value::number, .meaning = Meaning::opaque_each, .invertible = true, .max = 63, .reason = tos_reason, .excludes = 1},
    {.name = "dscp-class", .value = Value::choice, .meaning = Meaning::opaque_each, .invertible = true,
     .words = "BE EF CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 AF11 AF12 AF13 AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43", .reason = tos_reason,
     .excludes = 1},
};
constexpr OptionSpec tos_options[] = {
    {.name = "tos", .value = Value::text, .meaning = Meaning::opaque_each, .invertible = true, .reason = tos_reason, .required = true},
};

void lower_tos(RuleBuilder& rule, const Use& use) {
  const Given& given = use.given.front();
  if (!is_tos(given.first.text)) rule.bad_value(given, given.first, "a byte, byte/mask or a name such as Minimize-Delay");
}

constexpr std::string_view hops_reason = "depends on how many hops the packet has left";
constexpr OptionSpec ttl_options[] = {
    {.name = "ttl-eq", .alias = "ttl", .value = Value::number, .meaning = Meaning::opaque_each, .invertible = true, .max = 255,
     .reason = hops_reason, .excludes = 1},
    {.name = "ttl-lt", .value = Value::number, .meaning = Meaning::opaque_each, .max = 255, .reason = hops_reason, .excludes = 1},
    {.name = "ttl-gt", .value = Value::number, .meaning = Meaning::opaque_each, .max = 255, .reason = hops_reason, .excludes = 1},
};
constexpr OptionSpec hl_options[] = {
    {.name = "hl-eq", .alias = "hl", .value = Value::number, .meaning = Meaning::opaque_each, .invertible = true, .max = 255,
     .reason = hops_reason, .excludes = 1},
    {.name = "hl-lt", .value = Value::number, .meaning = Meaning::opaque_each, .max = 255, .reason = hops_reason, .excludes = 1},
    {.name = "hl-gt", .value = Value::number, .meaning = Meaning::opaque_each, .max = 255, .reason = hops_reason, .excludes = 1},
};
constexpr OptionSpec length_options[] = {
    {.name = "length", .value = Value::range, .meaning = Meaning::opaque, .invertible = true, .max = 65535,
     .reason = "depends on the length of the packet", .required = true, .backwards = true},
};
constexpr OptionSpec tcpmss_options[] = {
    {.name = "mss", .value = Value::range, .meaning = Meaning::opaque_each, .invertible = true, .max = 65535,
     .reason = "depends on options of the TCP header", .required = true},
};
constexpr OptionSpec osf_options[] = {
    {.name = "genre", .value = Value::text, .invertible = true, .max = 31, .required = true},
    {.name = "ttl", .value = Value::number, .max = 2},
    {.name = "log", .value = Value::number, .max = 2},
};

// --- string, bpf, u32 ---

constexpr OptionSpec string_options[] = {
    {.name = "string", .value = Value::text, .invertible = true, .max = 128, .excludes = 1},
    {.name = "hex-string", .value = Value::text, .invertible = true, .excludes = 1},
    {.name = "algo", .value = Value::keyword, .words = "bm kmp", .required = true},
    {.name = "from", .value = Value::number, .max = 65535},
    {.name = "to", .value = Value::number, .max = 65535},
    {.name = "icase"},
};

/// "|0D 0A|text": pairs of hexadecimal digits between bars.
bool is_hex_string(std::string_view text) {
  bool hex = false;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '|') {
      if (hex && digits % 2 != 0) return false;
      hex = !hex;
      digits = 0;
    } else if (hex && c != ' ') {
      if (!read_number(std::string("0x") + c, 0, 15)) return false;
      ++digits;
    }
  }
  return !hex;
}

void lower_string(RuleBuilder& rule, const Use& use) {
  const Given *text = use.find("string"), *hex = use.find("hex-string");
  if (text == nullptr && hex == nullptr) return rule.fail(use.name.where, "string needs --string or --hex-string", "--string or --hex-string");
  if (hex != nullptr && !is_hex_string(hex->first.text)) return rule.bad_value(*hex, hex->first, "text with pairs of hexadecimal digits between bars");
  const Given *from = use.find("from"), *to = use.find("to");
  if (from != nullptr && to != nullptr && *read_number(from->first.text, 0, 65535) > *read_number(to->first.text, 0, 65535))
    rule.bad_value(*to, to->first, "an offset behind --from");
}

constexpr OptionSpec bpf_options[] = {
    {.name = "bytecode", .value = Value::text, .excludes = 1},
    {.name = "object-pinned", .value = Value::text, .excludes = 1},
};

/// "COUNT,CODE TRUE FALSE K,...": as many instructions as COUNT says, 64 at most.
void lower_bpf(RuleBuilder& rule, const Use& use) {
  const Given* given = use.find("bytecode");
  if (given == nullptr) return;
  std::uint64_t left = 0;
  bool first = true;
  const bool good = split(given->first.text, ',', [&](std::string_view part) {
    if (first) {
      first = false;
      const auto count = read_number(part, 1, 64);
      left = count.value_or(0);
      return count.has_value();
    }
    if (left == 0) return part.empty();  // a comma may end it
    --left;
    std::size_t numbers = 0;
    return split(part, ' ', [&](std::string_view number) { return ++numbers <= 4 && read_number(number, 0, 0xffff'ffffu); }) && numbers == 4;
  });
  if (!good || left != 0) rule.bad_value(*given, given->first, "the number of instructions and the instructions, with commas between");
}

constexpr OptionSpec u32_options[] = {
    {.name = "u32", .value = Value::text, .meaning = Meaning::opaque, .invertible = true, .reason = "depends on bytes of the packet", .required = true},
};

/// tests := location "=" value { "&&" location "=" value }; at most ten of each part.
class U32Reader {
 public:
  explicit U32Reader(std::string_view text) : rest_(text) {}
  bool run() {
    for (int tests = 1; tests <= 10; ++tests) {
      if (!list(true) || !take("=") || !list(false)) return false;
      blanks();
      if (rest_.empty()) return true;
      if (!take("&&")) return false;
    }
    return false;
  }

 private:
  void blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }
  bool take(std::string_view word) {
    blanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool number() {
    blanks();
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789abcdefABCDEFxX"), rest_.size());
    const bool good = read_number(rest_.substr(0, end), 0, 0xffff'ffffu).has_value();
    rest_.remove_prefix(end);
    return good;
  }
  /// A location (numbers with operators between) or a value (numbers and ranges with commas between).
  bool list(bool location) {
    for (int parts = 1; parts <= 10; ++parts) {
      if (!number() || (!location && take(":") && !number())) return false;
      blanks();
      const bool more = location ? !rest_.starts_with("&&") && (take("&") || take("<<") || take(">>") || take("@")) : take(",");
      if (!more) return true;
    }
    return false;
  }
  std::string_view rest_;
};

void lower_u32(RuleBuilder& rule, const Use& use) {
  const Given& given = use.given.front();
  if (!U32Reader(given.first.text).run()) rule.bad_value(given, given.first, "tests such as 6&0xFF=1&&4&0x3FFF=0");
}

// --- IPv6 extension headers ---

constexpr std::string_view ipv6_reason = "depends on IPv6 extension headers";
constexpr OptionSpec ah6_options[] = {
    {.name = "ahspi", .value = Value::range, .invertible = true, .backwards = true},
    {.name = "ahlen", .value = Value::number, .invertible = true},
    {.name = "ahres"},
};
constexpr OptionSpec dst_options[] = {
    {.name = "dst-len", .value = Value::number, .invertible = true},
    {.name = "dst-opts", .value = Value::text},
};
constexpr OptionSpec hbh_options[] = {
    {.name = "hbh-len", .value = Value::number, .invertible = true},
    {.name = "hbh-opts", .value = Value::text},
};

/// `type[:length][,type[:length]...]`, at most 16.
void lower_header_options(RuleBuilder& rule, const Use& use) {
  for (const Given& given : use.given) {
    if (!given.option->name.ends_with("-opts")) continue;
    std::size_t count = 0;
    const bool good = split(given.first.text, ',', [&](std::string_view part) {
      const std::size_t colon = part.find(':');
      return ++count <= 16 && read_number(part.substr(0, colon), 0, 255) &&
             (colon == std::string_view::npos || read_number(part.substr(colon + 1), 0, 255));
    });
    if (!good) rule.bad_value(given, given.first, "a comma list of type or type:length");
  }
}

constexpr OptionSpec frag_options[] = {
    {.name = "fragid", .value = Value::range, .invertible = true, .backwards = true},
    {.name = "fraglen", .value = Value::number, .invertible = true},
    {.name = "fragres"},
    {.name = "fragfirst"},
    {.name = "fragmore", .excludes = 1},
    {.name = "fraglast", .excludes = 1},
};
constexpr OptionSpec rt_options[] = {
    {.name = "rt-type", .value = Value::number, .invertible = true},
    {.name = "rt-segsleft", .value = Value::range, .invertible = true, .backwards = true},
    {.name = "rt-len", .value = Value::number, .invertible = true},
    {.name = "rt-0-res"},
    {.name = "rt-0-addrs", .value = Value::text},
    {.name = "rt-0-not-strict"},
};

void lower_rt(RuleBuilder& rule, const Use& use) {
  const Given *type = use.find("rt-type"), *addresses = use.find("rt-0-addrs"), *loose = use.find("rt-0-not-strict");
  const bool type0 = type != nullptr && !type->negated && read_number(type->first.text, 0, 0);
  for (const Given* given : {use.find("rt-0-res"), addresses, loose})
    if (given != nullptr && !type0) return rule.fail(given->name.where, fmt::format("--{} needs --rt-type 0", given->option->name), "--rt-type 0");
  if (loose != nullptr && addresses == nullptr) return rule.fail(loose->name.where, "--rt-0-not-strict needs --rt-0-addrs", "--rt-0-addrs");
  if (addresses == nullptr) return;
  split(addresses->first.text, ',', [&](std::string_view part) {
    const auto address = parse_address(part);
    const bool good = address && family_of(*address) == Family::ipv6;
    if (!good) rule.bad_value(*addresses, addresses->first, part, "a comma list of IPv6 addresses");
    return good;
  });
}

constexpr OptionSpec ipv6header_options[] = {
    {.name = "header", .value = Value::text, .invertible = true, .required = true},
    {.name = "soft"},
};

/// Names and numbers of headers; "prot" stands for whatever follows them.
void lower_ipv6header(RuleBuilder& rule, const Use& use) {
  constexpr std::string_view names = "hop dst route frag auth esp none prot hop-by-hop ipv6-opts ipv6-route ipv6-frag ah ipv6-nonxt protocol";
  constexpr std::string_view numbers = "0 60 43 44 51 50 59 255";
  const Given& given = *use.find("header");
  split(given.first.text, ',', [&](std::string_view part) {
    const bool good = index_of_word(names, part) || index_of_word(numbers, part);
    if (!good) rule.bad_value(given, given.first, part, "a comma list of hop, dst, route, frag, auth, esp, none, prot");
    return good;
  });
}

constexpr OptionSpec mh_options[] = {
    {.name = "mh-type", .value = Value::text, .invertible = true},
};

/// A number, a name or a unique beginning of one; two of them with ':' between are a range. All types are no condition.
void lower_mh(RuleBuilder& rule, const Use& use) {
  constexpr std::string_view names[] = {"binding-refresh-request", "home-test-init", "careof-test-init", "home-test", "careof-test",
                                        "binding-update", "binding-acknowledgement", "binding-error"};
  constexpr std::string_view short_names = "brr hoti coti hot cot bu ba be";
  if (use.given.empty()) return rule.cover(ir::Coverage::modelled);
  const Given& given = use.given.front();
  const auto read = [&](std::string_view text) -> std::optional<std::uint64_t> {
    if (const auto number = read_number(text, 0, 255)) return number;
    if (const auto index = index_of_word(short_names, text)) return *index;
    std::optional<std::uint64_t> found;
    for (std::size_t i = 0; i < std::size(names); ++i) {
      if (index_of_word(names[i], text)) return i;
      if (text.empty() || !index_of_word(names[i].substr(0, text.size()), text)) continue;
      if (found) return std::nullopt;
      found = i;
    }
    return found;
  };
  const std::size_t colon = given.first.text.find(':');
  const auto first = read(given.first.text.substr(0, colon));
  const auto last = colon == std::string_view::npos ? first : read(given.first.text.substr(colon + 1));
  if (!first || !last || *first > *last) return rule.bad_value(given, given.first, "a type of mobility header, or two with ':' between");
  if (*first == 0 && *last == 255) return given.negated ? rule.never() : rule.cover(ir::Coverage::modelled);
  rule.match(rule.shared_opaque(rule.text_of(use, given), "depends on the type of the mobility header", given.name.where, given.negated));
}

constexpr OptionSpec srh_options[] = {
    {.name = "srh-next-hdr", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-hdr-len-eq", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-hdr-len-gt", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-hdr-len-lt", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-segs-left-eq", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-segs-left-gt", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-segs-left-lt", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-last-entry-eq", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-last-entry-gt", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-last-entry-lt", .value = Value::number, .invertible = true, .max = 255},
    {.name = "srh-tag", .value = Value::number, .invertible = true, .max = 65535},
    {.name = "srh-psid", .value = Value::address, .invertible = true},
    {.name = "srh-nsid", .value = Value::address, .invertible = true},
    {.name = "srh-lsid", .value = Value::address, .invertible = true},
};

constexpr Extension extensions[] = {
    {.name = "ah", .options = ah_options, .families = Families::ipv4, .protocols = only_ah, .next_header = true},
    {.name = "ah", .options = ah6_options, .families = Families::ipv6, .whole_reason = ipv6_reason},
    {.name = "esp", .options = esp_options, .protocols = only_esp, .next_header = true},
    {.name = "ipcomp", .options = ipcomp_options, .protocols = only_ipcomp, .whole_reason = spi_reason, .next_header = true},
    {.name = "dscp", .options = dscp_options, .any_option = true},
    {.name = "tos", .options = tos_options, .lower = lower_tos},
    {.name = "ttl", .options = ttl_options, .families = Families::ipv4, .any_option = true},
    {.name = "hl", .options = hl_options, .families = Families::ipv6, .any_option = true},
    {.name = "length", .options = length_options},
    {.name = "tcpmss", .options = tcpmss_options, .protocols = only_tcp},
    {.name = "osf", .options = osf_options, .protocols = only_tcp, .whole_reason = "depends on the operating system of the sender",
     .hooks = at_prerouting | at_input | at_forward},
    {.name = "string", .options = string_options, .whole_reason = "depends on the content of the packet", .whole_turns = true, .lower = lower_string},
    {.name = "bpf", .options = bpf_options, .any_option = true, .whole_reason = "depends on a program that looks at the packet", .lower = lower_bpf},
    {.name = "u32", .options = u32_options, .lower = lower_u32},
    {.name = "dst", .options = dst_options, .families = Families::ipv6, .whole_reason = ipv6_reason, .lower = lower_header_options},
    {.name = "hbh", .options = hbh_options, .families = Families::ipv6, .whole_reason = ipv6_reason, .lower = lower_header_options},
    {.name = "frag", .options = frag_options, .families = Families::ipv6, .whole_reason = ipv6_reason},
    {.name = "rt", .options = rt_options, .families = Families::ipv6, .whole_reason = ipv6_reason, .lower = lower_rt},
    {.name = "ipv6header", .options = ipv6header_options, .families = Families::ipv6, .whole_reason = ipv6_reason, .lower = lower_ipv6header},
    {.name = "mh", .options = mh_options, .families = Families::ipv6, .protocols = only_mobility, .next_header = true, .lower = lower_mh},
    {.name = "srh", .options = srh_options, .families = Families::ipv6, .whole_reason = ipv6_reason},
};

}  // namespace

std::span<const Extension> content_matches() { return extensions; }

}  // namespace wallcheck::frontend::iptables
