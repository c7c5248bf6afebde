#include "frontend/pf/words.h"

#include <algorithm>
#include <array>

#include "base/names.h"

namespace wallcheck::frontend::pf {
namespace {

struct Numbered {
  std::string_view name;
  std::uint8_t number;
};
struct Code {
  std::uint8_t type;
  std::string_view name;
  std::uint8_t code;
};

// Where a number has several names, the first is the one that pfctl prints.
constexpr Numbered icmp_types[] = {
    {"echoreq", 8},    {"echorep", 0},      {"unreach", 3},     {"squench", 4},    {"redir", 5},      {"althost", 6},     {"routeradv", 9},
    {"routersol", 10}, {"timex", 11},       {"paramprob", 12},  {"timereq", 13},   {"timerep", 14},   {"inforeq", 15},    {"inforep", 16},
    {"maskreq", 17},   {"maskrep", 18},     {"trace", 30},      {"dataconv", 31},  {"mobredir", 32},  {"ipv6-where", 33}, {"ipv6-here", 34},
    {"mobregreq", 35}, {"mobregrep", 36},   {"skip", 39},       {"photuris", 40},
};
constexpr Numbered icmp6_types[] = {
    {"unreach", 1},     {"toobig", 2},       {"timex", 3},       {"paramprob", 4},   {"echoreq", 128},   {"echorep", 129},   {"groupqry", 130},
    {"listqry", 130},   {"grouprep", 131},   {"listenrep", 131}, {"groupterm", 132}, {"listendone", 132}, {"routersol", 133}, {"routeradv", 134},
    {"neighbrsol", 135}, {"neighbradv", 136}, {"redir", 137},    {"routrrenum", 138}, {"wrureq", 139},    {"wrurep", 140},    {"fqdnreq", 139},
    {"fqdnrep", 140},   {"niqry", 139},      {"nirep", 140},     {"mtraceresp", 200}, {"mtrace", 201},
};
constexpr Code icmp_codes[] = {
    {3, "net-unr", 0},       {3, "host-unr", 1},     {3, "proto-unr", 2},    {3, "port-unr", 3},      {3, "needfrag", 4},     {3, "srcfail", 5},
    {3, "net-unk", 6},       {3, "host-unk", 7},     {3, "isolate", 8},      {3, "net-prohib", 9},    {3, "host-prohib", 10}, {3, "net-tos", 11},
    {3, "host-tos", 12},     {3, "filter-prohib", 13}, {3, "host-preced", 14}, {3, "cutoff-preced", 15}, {5, "redir-net", 0},  {5, "redir-host", 1},
    {5, "redir-tos-net", 2}, {5, "redir-tos-host", 3}, {9, "normal-adv", 0}, {9, "common-adv", 16},   {11, "transit", 0},     {11, "reassemb", 1},
    {12, "badhead", 0},      {12, "optmiss", 1},     {12, "badlen", 2},      {40, "unknown-ind", 0},  {40, "auth-fail", 1},   {40, "decrypt-fail", 2},
};
constexpr Code icmp6_codes[] = {
    {1, "admin-unr", 1}, {1, "noroute-unr", 0}, {1, "notnbr-unr", 2}, {1, "beyond-unr", 2}, {1, "addr-unr", 3},      {1, "port-unr", 4},
    {3, "transit", 0},   {3, "reassemb", 1},    {4, "badhead", 0},    {4, "nxthdr", 1},     {137, "redironlink", 0}, {137, "redirrouter", 1},
};
constexpr Numbered tos_values[] = {
    {"af11", 0x28}, {"af12", 0x30}, {"af13", 0x38}, {"af21", 0x48},     {"af22", 0x50}, {"af23", 0x58}, {"af31", 0x68},
    {"af32", 0x70}, {"af33", 0x78}, {"af41", 0x88}, {"af42", 0x90},     {"af43", 0x98}, {"cs0", 0x00},  {"cs1", 0x20},
    {"cs2", 0x40},  {"cs3", 0x60},  {"cs4", 0x80},  {"cs5", 0xa0},      {"cs6", 0xc0},  {"cs7", 0xe0},  {"ef", 0xb8},
    {"va", 0xb0},   {"critical", 0xa0}, {"inetcontrol", 0xc0}, {"netcontrol", 0xe0}, {"lowdelay", 0x10}, {"throughput", 0x08}, {"reliability", 0x04},
};
// Names of the BSDs' protocols(5) and services(5) that Debian's do not have.
constexpr Numbered bsd_protocols[] = {{"icmp6", 58}, {"ICMP6", 58}, {"ICMPv6", 58}, {"carp", 112}, {"CARP", 112}, {"pfsync", 240},
                                      {"PFSYNC", 240}, {"etherip", 97}, {"ipencap", 4}, {"ipip", 4}, {"divert", 254}, {"mobile", 55}};
struct Service {
  std::string_view name;
  std::uint16_t port;
};
constexpr Service bsd_services[] = {{"spamd", 8025},       {"spamd-sync", 8025}, {"spamd-cfg", 8026},  {"ftp-proxy", 8021},  {"auth", 113},
                                    {"nameserver", 42},    {"hostname", 101},    {"iscsi", 3260},      {"ipsec-msft", 4500}, {"rndc", 953},
                                    {"dhcpv6-client", 546}, {"dhcpv6-server", 547}, {"netbios-ns", 137}, {"hunt", 26740},    {"bfd-control", 3784}};

constexpr std::string_view timeouts[] = {
    "tcp.first",   "tcp.opening", "tcp.established", "tcp.closing",  "tcp.finwait",   "tcp.closed", "tcp.tsdiff", "sctp.first",
    "sctp.opening", "sctp.established", "sctp.closing", "sctp.closed", "udp.first",   "udp.single", "udp.multiple", "icmp.first",
    "icmp.error",  "other.first", "other.single",    "other.multiple", "frag",        "interval",   "adaptive.start", "adaptive.end",
    "src.track"};

// Drivers whose interfaces form a group of the driver's name (ifconfig(8), "group").
constexpr std::string_view drivers[] = {
    "aggr", "alc", "ale", "axe", "axen", "bce", "bge", "bnx", "bnxt", "bridge", "carp", "cdce", "cxgb", "cxgbe", "cxl", "dc", "em", "enc", "epair",
    "ep", "et", "fxp", "ge", "gem", "gif", "gre", "hme", "hvn", "igb", "igc", "ix", "ixl", "jme", "lagg", "le", "lo", "mcx", "mlxen", "mce", "msk",
    "mpe", "mvneta", "nfe", "ng", "pair", "pflog", "pflow", "pfsync", "ppp", "pppoe", "pppx", "rdomain", "re", "rl", "sis", "sk", "ste", "stge", "svlan", "tap",
    "tpmr", "trunk", "tun", "txp", "ue", "umb", "ure", "urtwn", "veb", "vether", "vge", "vio", "vlan", "vmx", "vport", "vr", "vtnet", "vxlan", "wg",
    "wlan", "xe", "xl", "xn", "xnf", "utun", "ipsec", "fwe"};

template <class Table>
std::optional<std::uint8_t> number_of(const Table& table, std::string_view name) {
  for (const auto& row : table)
    if (row.name == name) return row.number;
  return std::nullopt;
}

}  // namespace

std::optional<std::uint8_t> icmp_type(std::string_view name, Family family) {
  return family == Family::ipv4 ? number_of(icmp_types, name) : number_of(icmp6_types, name);
}

std::optional<std::uint8_t> icmp_code(std::uint8_t type, std::string_view name, Family family) {
  const std::span<const Code> table = family == Family::ipv4 ? std::span<const Code>(icmp_codes) : std::span<const Code>(icmp6_codes);
  for (const Code& row : table)
    if (row.type == type && row.name == name) return row.code;
  return std::nullopt;
}

std::string_view icmp_type_name(std::uint8_t type, Family family) {
  const std::span<const Numbered> table = family == Family::ipv4 ? std::span<const Numbered>(icmp_types) : std::span<const Numbered>(icmp6_types);
  for (const Numbered& row : table)
    if (row.number == type) return row.name;
  return {};
}

std::string_view icmp_code_name(std::uint8_t type, std::uint8_t code, Family family) {
  const std::span<const Code> table = family == Family::ipv4 ? std::span<const Code>(icmp_codes) : std::span<const Code>(icmp6_codes);
  for (const Code& row : table)
    if (row.type == type && row.code == code) return row.name;
  return {};
}

std::optional<std::uint8_t> tos_value(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return number_of(tos_values, lower);
}

std::optional<std::uint8_t> protocol_by_name(std::string_view name) {
  if (const auto number = number_of(bsd_protocols, name)) return number;
  return protocol_number(name);
}

std::optional<std::uint16_t> port_by_name(std::string_view name) {
  if (const auto port = service_port(name, 6)) return port;
  if (const auto port = service_port(name, 17)) return port;
  for (const Service& row : bsd_services)
    if (row.name == name) return row.port;
  return std::nullopt;
}

std::span<const std::string_view> timeout_names() { return timeouts; }

bool is_driver_group(std::string_view name) { return std::ranges::find(drivers, name) != std::end(drivers); }

bool is_loopback(std::string_view name) {
  if (!name.starts_with("lo")) return false;
  return std::ranges::all_of(name.substr(2), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace wallcheck::frontend::pf
