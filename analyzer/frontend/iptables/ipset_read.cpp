// Reads what `ipset save` prints and what `ipset restore` takes, line by line.

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/names.h"
#include "frontend/iptables/icmp.h"
#include "frontend/iptables/ipset.h"
#include "frontend/iptables/values.h"
#include "ir/packet.h"

namespace wallcheck::frontend::iptables {
namespace {

using ir::Range;
using enum Dimension;

constexpr Dimension d_ip[] = {ip}, d_net[] = {net}, d_number[] = {number}, d_mac[] = {mac}, d_set[] = {Dimension::set};
constexpr Dimension d_ip_mac[] = {ip, mac}, d_ip_port[] = {ip, port}, d_net_port[] = {net, port}, d_ip_mark[] = {ip, mark};
constexpr Dimension d_net_net[] = {net, net}, d_net_iface[] = {net, iface};
constexpr Dimension d_ip_port_ip[] = {ip, port, ip}, d_ip_port_net[] = {ip, port, net}, d_net_port_net[] = {net, port, net};

constexpr SetType types[] = {
    {"bitmap:ip", d_ip, "ipmap"},
    {"bitmap:ip,mac", d_ip_mac, "macipmap"},
    {"bitmap:port", d_number, "portmap"},
    {"hash:ip", d_ip, "iphash"},
    {"hash:mac", d_mac},
    {"hash:ip,mac", d_ip_mac},
    {"hash:net", d_net, "nethash"},
    {"hash:net,net", d_net_net},
    {"hash:ip,port", d_ip_port, "ipporthash"},
    {"hash:net,port", d_net_port, "netporthash"},
    {"hash:ip,port,ip", d_ip_port_ip, "ipportiphash"},
    {"hash:ip,port,net", d_ip_port_net, "ipportnethash"},
    {"hash:ip,mark", d_ip_mark},
    {"hash:net,port,net", d_net_port_net},
    {"hash:net,iface", d_net_iface, "netifacehash"},
    {"list:set", d_set, "setlist"},
};

/// Options of create and add. Those without a meaning here only have to be read over.
struct OptionRow {
  std::string_view name;
  bool argument = true;
  bool of_create = true, of_add = false;
};
constexpr OptionRow option_rows[] = {
    {"family"}, {"-4", false}, {"-6", false}, {"hashsize"}, {"maxelem"}, {"bucketsize"}, {"initval"}, {"netmask"}, {"bitmask"}, {"markmask"},
    {"range"}, {"size"}, {"probes"}, {"resize"}, {"gc"}, {"counters", false}, {"skbinfo", false}, {"forceadd", false},
    {"timeout", true, true, true},
    {"packets", true, false, true}, {"bytes", true, false, true}, {"skbmark", true, false, true}, {"skbprio", true, false, true},
    {"skbqueue", true, false, true}, {"nomatch", false, false, true}, {"wildcard", false, false, true}, {"before", true, false, true},
    {"after", true, false, true},
};

struct Word {
  std::string_view text;
  Span where;
};

/// What is wrong with a part of an entry.
using Problem = std::optional<std::string>;

unsigned width(Family family) { return family == Family::ipv4 ? 32 : 128; }

/// "10.1" is 10.0.0.1 to ipset (inet_aton(3)), unlike to iptables.
std::optional<Address> read_host(std::string_view text, Family family) {
  if (family == Family::ipv6) {
    const auto address = parse_address(text);
    return address && text.find(':') != std::string_view::npos ? address : std::nullopt;
  }
  std::uint64_t value = 0;
  unsigned parts = 0;
  const bool good = split(text, '.', [&](std::string_view part) {
    const bool last = text.data() + text.size() == part.data() + part.size();
    if (++parts > 4) return false;
    const auto number = read_number(part, 0, last ? (std::uint64_t{1} << (8 * (5 - parts))) - 1 : 255);
    if (!number) return false;
    value |= last ? *number : *number << (8 * (4 - parts));
    return true;
  });
  return good ? std::optional(ipv4(static_cast<std::uint32_t>(value))) : std::nullopt;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && std::ranges::any_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }) &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
         });
}

/// "[name]" without the brackets, which keep a '-' in it from being a range.
std::string_view unbracketed(std::string_view text) {
  return text.size() > 2 && text.front() == '[' && text.back() == ']' ? text.substr(1, text.size() - 2) : text;
}

/// Splits where the comma is not inside brackets.
std::vector<std::string_view> elements(std::string_view text) {
  std::vector<std::string_view> parts;
  bool bracket = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] == '[' || text[i] == ']')) bracket = text[i] == '[';
    if (i < text.size() && (text[i] != ',' || bracket)) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

/// The longest prefix that begins at `first` and ends not after `last`, as ipset cuts a range of networks into pieces.
unsigned longest_prefix(Address first, Address last, Family family) {
  unsigned length = width(family);
  while (length > 0) {
    const Uint128 size = Uint128{1} << (width(family) - length + 1);
    if ((first & (size - 1)) != 0 || last - first < size - 1) break;
    --length;
  }
  return length;
}

struct AddressPart {
  Range range;
  unsigned length = 0;
  bool is_range = false;
  bool host_name = false;
};

std::optional<AddressPart> read_address_part(std::string_view text, Family family) {
  const unsigned whole = width(family);
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const auto address = read_host(text.substr(0, slash), family);
    const auto length = read_number(text.substr(slash + 1), 0, whole);
    if (!address || !length) return std::nullopt;
    const AddressRange network = prefix(*address, static_cast<unsigned>(*length));
    return AddressPart{{network.first, network.last}, static_cast<unsigned>(*length)};
  }
  if (const auto address = read_host(text, family)) return AddressPart{{*address, *address}, whole};
  if (const std::size_t dash = text.find('-'); dash != std::string_view::npos && family == Family::ipv4) {  // ipset has no ranges of IPv6
    const auto first = read_host(text.substr(0, dash), family), last = read_host(text.substr(dash + 1), family);
    if (first && last) return AddressPart{{std::min(*first, *last), std::max(*first, *last)}, whole, true};
  }
  if (!is_host_name(unbracketed(text))) return std::nullopt;
  return AddressPart{{}, whole, false, true};
}

std::optional<std::uint16_t> read_port_number(std::string_view text, std::uint8_t protocol) {
  if (const auto number = read_number(text, 0, 65535)) return static_cast<std::uint16_t>(*number);
  return service_port(unbracketed(text), protocol);
}

std::optional<Range> read_ports(std::string_view text, std::uint8_t protocol) {
  if (const auto port = read_port_number(text, protocol)) return Range{*port, *port};
  for (std::size_t dash = text.find('-'); dash != std::string_view::npos; dash = text.find('-', dash + 1)) {
    const auto first = read_port_number(text.substr(0, dash), protocol), last = read_port_number(text.substr(dash + 1), protocol);
    if (first && last) return Range{std::min(*first, *last), std::max(*first, *last)};
  }
  return std::nullopt;
}

/// `[proto:]port[-port]`, `icmp:type/code`, `proto:0`
Problem read_port_part(std::string_view text, const IpSet& set, SetEntry& entry) {
  using namespace ir::protocol;
  entry.protocol = tcp;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && text.front() != '[') {
    const auto number = read_protocol(text.substr(0, colon));
    if (!number || *number == 0) return "the name or number of a protocol before the colon";
    entry.protocol = *number;
    text.remove_prefix(colon + 1);
  }
  if (entry.protocol == icmp || entry.protocol == icmpv6) {
    const bool v4 = entry.protocol == icmp;
    const auto type = read_icmp(text, v4 ? Family::ipv4 : Family::ipv6);
    if (!type || v4 != (set.family == Family::ipv4)) return v4 ? "an ICMP type/code or name in a set of family inet" : "an ICMPv6 type/code or name in a set of family inet6";
    entry.ports = {type->first, type->first};  // a name of a type alone means its code 0 here
    return {};
  }
  if (entry.protocol != tcp && entry.protocol != udp && entry.protocol != udplite && entry.protocol != sctp) {
    if (read_number(text, 0, 0)) return {};
    return "port 0: ipset knows no ports of this protocol";
  }
  const auto ports = read_ports(text, entry.protocol);
  if (!ports) return "a port, a range of ports or the name of a service";
  entry.ports = *ports;
  return {};
}

}  // namespace

class IpSetReader {
 public:
  IpSetReader(IpSets& sets, const SourceFile& source, FileId id, Diagnostics& diagnostics)
      : sets_(sets.sets_), source_(source), id_(id), diagnostics_(diagnostics) {}

  bool run() {
    const std::string_view bytes = source_.bytes();
    for (std::size_t begin = 0; begin < bytes.size();) {
      const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
      split_words(begin, end);
      if (!words_.empty()) read_line();
      begin = end + 1;
    }
    for (IpSet* set : repeated_) keep_last(*set);
    return good_;
  }

 private:
  void split_words(std::size_t begin, std::size_t end) {
    const std::string_view bytes = source_.bytes();
    const auto blank = [&](std::size_t i) { return bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\r'; };
    words_.clear();
    exist_ = false;
    for (std::size_t i = begin; i < end;) {
      if (blank(i)) {
        ++i;
        continue;
      }
      if (bytes[i] == '#' && words_.empty()) return;
      std::size_t stop = i + 1;
      if (bytes[i] == '"') {
        while (stop < end && bytes[stop] != '"') ++stop;
        if (stop < end) ++stop;
      } else {
        while (stop < end && !blank(stop)) ++stop;
      }
      const Word word{bytes.substr(i, stop - i), {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(stop), id_}};
      if (word.text == "-exist" || word.text == "-!") exist_ = true;
      else words_.push_back(word);
      i = stop;
    }
  }

  void error(const Word& word, std::string message, std::string expected = {}, const char* code = "WC901") {
    good_ = false;
    diagnostics_.error(code, word.where, std::move(message), std::move(expected));
  }

  void read_line() {
    const std::string_view command = words_[0].text;
    const auto is = [&](std::initializer_list<std::string_view> names) { return std::ranges::find(names, command) != names.end(); };
    if (is({"COMMIT", "quit"})) return;
    if (is({"create", "n", "-N", "--create"})) return create();
    if (is({"add", "a", "-A", "--add"})) return change(false);
    if (is({"del", "d", "-D", "--del"})) return change(true);
    if (is({"flush", "f", "-F", "--flush"})) return flush();
    if (is({"destroy", "x", "-X", "--destroy"})) return destroy();
    if (is({"rename", "e", "-E", "--rename"})) return rename(false);
    if (is({"swap", "w", "-W", "--swap"})) return rename(true);
    error(words_[0], fmt::format("\"{}\" is no command of a saved ipset", printable(command)), "create, add, del, flush, destroy, rename, swap");
    for (auto& [name, set] : sets_) set.broken = true;
  }

  Word end_of_line() const { return {{}, {words_.back().where.end, words_.back().where.end, id_}}; }

  IpSet* named(std::size_t index) {
    if (index >= words_.size()) {
      error(end_of_line(), "the name of a set is missing", "the name of a set");
      return nullptr;
    }
    const auto set = sets_.find(words_[index].text);
    if (set != sets_.end()) return &set->second;
    error(words_[index], fmt::format("there is no set {} here", printable(words_[index].text)), "a set created above", "WC305");
    return nullptr;
  }

  /// Reads options from word `index` on; calls `each(name, argument)` for each.
  template <class Each>
  bool read_options(std::size_t index, bool of_add, Each&& each) {
    while (index < words_.size()) {
      const Word& word = words_[index++];
      std::string_view name = word.text;
      if (name.starts_with("--")) name.remove_prefix(2);
      const bool comment = name == "comment";  // takes a text in add, none in create
      const auto row = std::ranges::find_if(option_rows, [&](const OptionRow& r) { return r.name == name && (of_add ? r.of_add : r.of_create); });
      if (!comment && row == std::end(option_rows)) {
        error(word, fmt::format("\"{}\" is no option of {}", printable(word.text), of_add ? "an entry" : "a set"));
        return false;
      }
      const bool argument = comment ? of_add : row->argument;
      if (argument && index >= words_.size()) {
        error(end_of_line(), fmt::format("{} needs a value", printable(name)), "a value");
        return false;
      }
      if (!each(name, argument ? words_[index] : word)) return false;
      if (argument) ++index;
    }
    return true;
  }

  void create() {
    if (words_.size() < 3) return error(end_of_line(), "create needs a name and a type", words_.size() < 2 ? "the name of a set" : "the type of the set");
    const auto [place, fresh] = sets_.try_emplace(std::string(words_[1].text));
    if (!fresh) {
      if (!exist_) error(words_[1], fmt::format("set {} has been created before", printable(words_[1].text)));
      return;
    }
    IpSet& set = place->second;
    set.where = words_[1].where;
    const auto type = std::ranges::find_if(types, [&](const SetType& t) { return t.name == words_[2].text || (!t.old_name.empty() && t.old_name == words_[2].text); });
    if (type == std::end(types)) {
      std::string names;
      for (const SetType& known : types) names += fmt::format("{}{}", names.empty() ? "" : " ", known.name);
      return error(words_[2], fmt::format("\"{}\" is no type of set that is known here", printable(words_[2].text)), names, "WC902");
    }
    set.type = type;
    std::optional<Word> mask;
    const bool good = read_options(3, false, [&](std::string_view name, const Word& value) {
      if (name == "family" || name == "-4" || name == "-6") {
        const bool v6 = value.text == "inet6" || name == "-6";
        if (!v6 && value.text != "inet" && name != "-4") return error(value, "a set is of family inet or inet6", "inet or inet6"), false;
        set.family = v6 ? Family::ipv6 : Family::ipv4;
      } else if (name == "counters") {
        set.counters = true;
      } else if (name == "timeout") {
        const auto seconds = read_number(value.text, 0, 0xffff'ffffu);
        if (!seconds) return error(value, "a timeout is a number of seconds", "a number of seconds"), false;
        default_timeout_[&set] = *seconds != 0;
      } else if (name == "markmask") {
        const auto bits = read_number(value.text, 1, 0xffff'ffffu);
        if (!bits) return error(value, "markmask takes a number from 1 to 4294967295", "a number"), false;
        set.mark_mask = static_cast<std::uint32_t>(*bits);
      } else if (name == "netmask" || name == "bitmask") {
        mask = value;
      }
      return true;
    });
    set.broken = !good || (mask && !read_mask(set, *mask));
  }

  /// A length or an address; networks under a mask are not modelled (hash:net,net).
  bool read_mask(IpSet& set, const Word& word) {
    const Address host_part = set.family == Family::ipv4 ? ~Address{0} >> 96 : ~Address{0};
    if (const auto length = read_number(word.text, 1, width(set.family))) {
      const AddressRange network = prefix(set.family == Family::ipv4 ? ipv4_first : Address{0}, static_cast<unsigned>(*length));
      set.mask = ~(network.last - network.first);
    } else if (const auto bits = read_host(word.text, set.family)) {
      set.mask = (*bits & host_part) | ~host_part;
    } else {
      error(word, "a mask is a prefix length or an address", "a prefix length or an address");
      return false;
    }
    return std::ranges::find(set.type->dimensions, net) == set.type->dimensions.end();
  }

  void change(bool deletes) {
    IpSet* set = named(1);
    if (set == nullptr || set->type == nullptr) return;
    if (words_.size() < 3) {
      set->broken = true;
      return error(end_of_line(), "the entry is missing", "an entry");
    }
    SetEntry entry;
    const auto timeout = default_timeout_.find(set);
    entry.may_vanish = timeout != default_timeout_.end() && timeout->second;
    const bool good = read_options(3, true, [&](std::string_view name, const Word& value) {
      if (name == "nomatch") entry.nomatch = true;
      if (name == "wildcard") entry.wildcard = true;
      if (name == "timeout") entry.may_vanish = !read_number(value.text, 0, 0);
      return true;
    });
    std::vector<SetEntry> made;
    if (!good || !read_entry(*set, words_[2], entry, made)) {
      set->broken = true;
      return;
    }
    if (!deletes && exist_) repeated_.insert(set);
    for (SetEntry& one : made) {
      if (deletes) std::erase_if(set->entries, [&](const SetEntry& old) { return old.element() == one.element(); });
      else set->entries.push_back(std::move(one));
    }
  }

  bool read_entry(const IpSet& set, const Word& word, SetEntry& entry, std::vector<SetEntry>& made) {
    const auto parts = elements(word.text);
    const auto dimensions = set.type->dimensions;
    const bool mac_may_lack = set.type->name == "bitmap:ip,mac";
    if (parts.size() > dimensions.size() || parts.size() + (mac_may_lack ? 1 : 0) < dimensions.size()) {
      error(word, fmt::format("an entry of {} has {} parts", set.type->name, dimensions.size()), std::string(set.type->name));
      return false;
    }
    std::optional<AddressPart> cut[2];
    std::size_t addresses = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto offset = static_cast<std::uint32_t>(parts[i].data() - word.text.data());
      const Word part{parts[i], {word.where.begin + offset, word.where.begin + offset + static_cast<std::uint32_t>(parts[i].size()), id_}};
      Problem problem;
      switch (dimensions[i]) {
        case ip:
        case net: problem = read_address_dimension(set, part.text, dimensions[i] == net, addresses == 1, entry, cut[addresses]); ++addresses; break;
        case port: problem = read_port_part(part.text, set, entry); break;
        case number: {
          std::string_view text = part.text;
          std::uint8_t protocol = ir::protocol::tcp;
          if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
            protocol = read_protocol(text.substr(0, colon)).value_or(0);
            text.remove_prefix(colon + 1);
          }
          const auto ports = read_ports(text, protocol);
          if (ports) entry.ports = *ports;
          else problem = "a port, a range of ports or the name of a service";
          break;
        }
        case mac:
          if (!is_ethernet_address(part.text)) problem = "an Ethernet address such as 02:00:5e:10:00:01";
          break;
        case iface: {
          std::string_view name = part.text;
          if (name.starts_with("physdev:")) entry.unclear_interface = true, name.remove_prefix(8);
          if (name.empty() || name.size() > 15) problem = "the name of an interface (1 to 15 characters)";
          entry.unclear_interface |= name.ends_with('+');
          entry.name = name;
          break;
        }
        case mark: {
          const auto value = read_number(part.text, 0, 0xffff'ffffu);
          if (value) entry.mark = static_cast<std::uint32_t>(*value) & set.mark_mask;
          else problem = "a mark: a number from 0 to 4294967295";
          break;
        }
        case Dimension::set: entry.name = part.text; break;
      }
      if (problem) {
        error(part, fmt::format("\"{}\" cannot stand here: {} takes {}", printable(part.text), set.type->name, *problem), *problem);
        return false;
      }
    }
    cut_networks(set, entry, cut[0], cut[1], made);
    return true;
  }

  Problem read_address_dimension(const IpSet& set, std::string_view text, bool network, bool is_second, SetEntry& entry,
                                 std::optional<AddressPart>& to_cut) {
    const auto part = read_address_part(text, set.family);
    if (!part) return set.family == Family::ipv4 ? "an IPv4 address, network or range" : "an IPv6 address or network";
    if (part->host_name && is_second) return "an address: the second one of an entry cannot be a host name here";
    if (!network && is_second && (part->is_range || text.find('/') != std::string_view::npos)) return "one address in the second place";
    if (!network && set.family == Family::ipv6 && part->length < width(set.family) && !part->host_name) return "a single IPv6 address";
    entry.host_name |= part->host_name;
    Range range = part->range;
    if (!network && !is_second && !part->host_name && set.mask != ~Address{0}) {
      const Address host_bits = ~set.mask;
      if ((host_bits & (host_bits + 1)) == 0) {
        range = {range.first & set.mask, range.last | host_bits};
      } else {
        if (range.first != range.last) return "one address: the set has a mask that is no prefix";
        range.first = range.last = range.first & set.mask;
      }
    }
    if (network && part->is_range) to_cut = part;
    if (network && !part->is_range && part->length == 0 && set.type->name != "hash:net,iface" && set.type->name != "hash:net,port,net" &&
        set.type->name != "hash:net,net")
      return "a network with a prefix length of 1 or more";
    (is_second ? entry.second : entry.first) = range;
    if (network) (is_second ? entry.second_length : entry.first_length) = static_cast<std::uint8_t>(part->length);
    return {};
  }

  /// Ranges of networks become the networks that ipset cuts them into: their lengths matter.
  void cut_networks(const IpSet& set, const SetEntry& entry, const std::optional<AddressPart>& first, const std::optional<AddressPart>& second,
                    std::vector<SetEntry>& made) {
    made.push_back(entry);
    const auto cut = [&](const std::optional<AddressPart>& part, Range SetEntry::*range, std::uint8_t SetEntry::*length) {
      if (!part) return;
      std::vector<SetEntry> whole = std::move(made);
      made.clear();
      for (SetEntry& one : whole) {
        for (Address next = part->range.first;;) {
          one.*length = static_cast<std::uint8_t>(longest_prefix(next, part->range.last, set.family));
          const AddressRange network = prefix(next, one.*length);
          one.*range = {network.first, network.last};
          made.push_back(one);
          if (network.last == part->range.last) break;
          next = network.last + 1;
        }
      }
    };
    cut(first, &SetEntry::first, &SetEntry::first_length);
    cut(second, &SetEntry::second, &SetEntry::second_length);
  }

  /// `add -exist` of what is there already gives it new options.
  static void keep_last(IpSet& set) {
    auto& entries = set.entries;
    std::ranges::reverse(entries);
    std::ranges::stable_sort(entries, [](const SetEntry& a, const SetEntry& b) { return a.element() < b.element(); });
    const auto same = [](const SetEntry& a, const SetEntry& b) { return a.element() == b.element(); };
    entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  }

  void flush() {
    if (words_.size() == 1) {
      for (auto& [name, set] : sets_) set.entries.clear(), set.broken = false;
    } else if (IpSet* set = named(1)) {
      set->entries.clear();
      set->broken = set->type == nullptr;
    }
  }

  void destroy() {
    if (words_.size() == 1) {
      repeated_.clear();
      sets_.clear();
    } else if (IpSet* set = named(1)) {
      repeated_.erase(set);
      sets_.erase(sets_.find(words_[1].text));
    }
  }

  void rename(bool both) {
    IpSet* from = named(1);
    if (from == nullptr) return;
    if (both) {
      IpSet* to = named(2);
      if (to == nullptr) return;
      std::swap(*from, *to);
      std::swap(default_timeout_[from], default_timeout_[to]);
      repeated_.insert({from, to});
      return;
    }
    if (words_.size() < 3) return error(end_of_line(), "the new name is missing", "the name of a set");
    if (sets_.contains(words_[2].text)) return error(words_[2], fmt::format("there is a set {} already", printable(words_[2].text)));
    auto node = sets_.extract(sets_.find(words_[1].text));
    node.key() = words_[2].text;
    sets_.insert(std::move(node));
  }

  std::map<std::string, IpSet, std::less<>>& sets_;
  const SourceFile& source_;
  FileId id_;
  Diagnostics& diagnostics_;
  std::vector<Word> words_;
  std::map<const IpSet*, bool> default_timeout_;  ///< of sets with timeouts: do entries without one get one?
  std::set<IpSet*> repeated_;                     ///< sets in which entries may stand twice
  bool exist_ = false;
  bool good_ = true;
};

bool IpSets::read(const SourceFile& source, FileId id, Diagnostics& diagnostics) {
  return IpSetReader(*this, source, id, diagnostics).run();
}

void IpSets::note_changes(std::string_view rules) {
  if (sets_.empty()) return;
  for (const std::string_view option : {"--add-set", "--del-set"}) {
    for (std::size_t at = rules.find(option); at != std::string_view::npos; at = rules.find(option, at + 1)) {
      const std::size_t begin = rules.find_first_not_of(" \t\"'=", at + option.size());
      if (begin == std::string_view::npos) break;
      const auto set = sets_.find(rules.substr(begin, rules.find_first_of(" \t\"'\r\n", begin) - begin));
      if (set != sets_.end()) (option == "--add-set" ? set->second.grows : set->second.shrinks) = true;
    }
  }
}

const IpSet* IpSets::find(std::string_view name) const {
  const auto set = sets_.find(name);
  return set == sets_.end() ? nullptr : &set->second;
}

}  // namespace wallcheck::frontend::iptables
