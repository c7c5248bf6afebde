// How libFuzzer changes an input, for the targets whose inputs have a structure: JSON as a tree, other texts line by line and word by word,
// rules of iptables also by conditions and targets made of its option tables. One change in four is libFuzzer's own, byte by byte, so that
// what only bytes can do (broken quotes, other encodings) is tried too.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "frontend/iptables/options.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using Json = nlohmann::ordered_json;
namespace iptables = wallcheck::frontend::iptables;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  /// 0 ... below - 1; 0 if there is nothing to choose from.
  std::size_t below(std::size_t below) { return below == 0 ? 0 : engine_() % below; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class List>
  auto& of(List& list) { return list[below(std::size(list))]; }

 private:
  std::minstd_rand engine_;
};

std::string bytes_mutated(std::string text, std::size_t most) {
  const std::size_t size = text.size();
  text.resize(std::max(size, most));
  text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, most));
  return text;
}

// --- JSON ---

/// A tree can be walked and written by recursion only if it is not deep.
bool is_deep(std::string_view text) {
  std::size_t depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') ++depth;
    else if ((c == '}' || c == ']') && depth > 0) --depth;
    if (depth > 200) return true;
  }
  return false;
}

void collect(Json& value, std::vector<Json*>& all) {
  all.push_back(&value);
  if (value.is_structured())
    for (Json& child : value) collect(child, all);
}

std::vector<std::string> keys_of(const std::vector<Json*>& all) {
  std::vector<std::string> keys;
  for (const Json* const value : all)
    if (value->is_object())
      for (const auto& [key, child] : value->items()) keys.push_back(key);
  return keys;
}

Json telling_value(Random& random) {
  static const Json values = Json::array({nullptr, true, false, 0, -1, 1, 22, 443, 65535, 65536, 4294967295u, 1e308, 0.5, "", "-1", "*", "any", "all", "tcp", "udp", "icmp", "58",
                                          "0.0.0.0/0", "::/0", "10.0.0.0/8", "10.0.0.1/33", "fd00::/129", "80", "80-443", "443-80", "0-65535", "Allow", "Deny", "Inbound", "egress",
                                          "sg-1", "${var.x}", Json::object(), Json::array(), {{"Ref", "x"}}, {{"Fn::GetAtt", {"x", "GroupId"}}},
                                          {{"Fn::If", {"c", 1, {{"Ref", "AWS::NoValue"}}}}}});
  return values[random.below(values.size())];
}

void put(Json& target, Json value, Random& random, const std::vector<std::string>& keys) {
  if (target.is_array()) target.insert(target.begin() + static_cast<std::ptrdiff_t>(random.below(target.size() + 1)), std::move(value));
  else if (target.is_object() && !keys.empty()) target[keys[random.below(keys.size())]] = std::move(value);
  else target = std::move(value);
}

void change(Json& root, Random& random, std::size_t most) {
  std::vector<Json*> all;
  collect(root, all);
  const std::vector<std::string> keys = keys_of(all);
  Json& value = *random.of(all);
  switch (random.below(8)) {
    case 0: value = telling_value(random); return;
    case 1: return put(value, telling_value(random), random, keys);
    case 2: {
      Json copy = *random.of(all);  // the one may hold the other
      return put(value, std::move(copy), random, keys);
    }
    case 3: {
      Json copy = *random.of(all);
      value = std::move(copy);
      return;
    }
    case 4:
      if (value.is_structured() && !value.empty()) value.erase(std::next(value.begin(), static_cast<std::ptrdiff_t>(random.below(value.size()))));
      return;
    case 5:  // an element, or a member under another key, once more
      if (value.is_structured() && !value.empty()) {
        Json copy = *std::next(value.begin(), static_cast<std::ptrdiff_t>(random.below(value.size())));
        put(value, std::move(copy), random, keys);
      }
      return;
    case 6:
      if (value.is_object() && !value.empty() && !keys.empty()) {
        const auto member = std::next(value.begin(), static_cast<std::ptrdiff_t>(random.below(value.size())));
        Json moved = *member;
        value.erase(member);
        value[keys[random.below(keys.size())]] = std::move(moved);
      }
      return;
    default:
      if (value.is_string()) value = bytes_mutated(value.get<std::string>(), std::min<std::size_t>(most, 64));
      else if (value.is_number_integer()) value = value.get<std::int64_t>() + static_cast<std::int64_t>(random.below(7)) - 3;
  }
}

std::string written(const Json& root, Random& random) { return root.dump(random.one_in(2) ? 1 : -1, ' ', false, Json::error_handler_t::replace); }

std::optional<Json> read_json(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || (text[start] != '{' && text[start] != '[') || is_deep(text)) return std::nullopt;
  Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded()) return std::nullopt;
  return root;
}

// --- Lines ---

using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const Lines& lines, std::string_view by) {
  std::string text;
  for (const std::string& line : lines) (text += line) += by;
  return text;
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (std::size_t at = line.find_first_not_of(' '); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = line.find_first_not_of(' ', end);
  }
  return words;
}

/// A value of the option's shape, or near it.
std::string value_for(const iptables::OptionSpec& option, Random& random) {
  using iptables::Value;
  static constexpr std::string_view numbers[] = {"0", "1", "2", "0x10", "22", "80", "255", "256", "65535", "65536", "4294967295", "010", "-1"};
  static constexpr std::string_view addresses[] = {"10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/255.0.255.0", "fd00::1", "fd00::/64", "::/0", "10.0.0.1-10.0.0.9", "fd00::1-fd00::9"};
  static constexpr std::string_view texts[] = {"a", "eth0", "eth+", "\"a b\"", "10/sec", "a,b", "src,dst", "SYN", "0.5", "10.0.0.1:80", "10.0.0.1-10.0.0.9:80-90"};
  static constexpr std::string_view flags[] = {"SYN,ACK", "ALL", "NONE", "FIN,SYN,RST,ACK", "SYN"};
  const auto number = [&] { return std::string(random.of(numbers)); };
  switch (option.value) {
    case Value::none: return "";
    case Value::number: return number();
    case Value::range:
    case Value::port_range: return random.one_in(2) ? number() : number() + ":" + number();
    case Value::port_list: return number() + "," + number() + ":" + number();
    case Value::masked: return random.one_in(2) ? number() : number() + "/" + number();
    case Value::address:
    case Value::address_range: return std::string(random.of(addresses));
    case Value::keyword:
    case Value::choice:
    case Value::choices: {
      const auto words = words_of(option.words);
      if (words.empty()) return number();
      const std::string word = words[random.below(words.size())];
      return option.value == Value::choices && random.one_in(2) ? word + "," + words[random.below(words.size())] : word;
    }
    case Value::protocol: return random.one_in(2) ? "tcp" : number();
    case Value::tcp_flags:
    case Value::pair: return std::string(random.of(flags)) + " " + std::string(random.of(flags));
    default: return std::string(random.of(texts));
  }
}

/// `-m tcp --dport 80 ! --syn`, `-j DNAT --to-destination ...`: of any module.
std::string clause(Random& random) {
  const wallcheck::Family family = random.one_in(3) ? wallcheck::Family::ipv6 : wallcheck::Family::ipv4;
  const bool target = random.one_in(3);
  const auto names = target ? iptables::target_names(family) : iptables::match_names(family);
  const std::string_view name = names[random.below(names.size())];
  const iptables::Extension* const extension = target ? iptables::find_target(name, family) : iptables::find_match(name, family);
  std::string text;
  static constexpr std::string_view protocols[] = {"tcp", "udp", "icmp", "ipv6-icmp", "sctp", "dccp", "udplite", "ah", "esp"};
  if (!extension->protocols.empty()) text += " -p " + std::to_string(extension->protocols[random.below(extension->protocols.size())]);
  else if (random.one_in(3)) text += " -p " + std::string(random.of(protocols));
  text += (target ? " -j " : " -m ") + std::string(name);
  if (extension->options.empty()) return text;
  for (std::size_t count = random.below(4); count > 0; --count) {
    const iptables::OptionSpec& option = extension->options[random.below(extension->options.size())];
    if (option.invertible && random.one_in(3)) text += " !";
    text += " --" + std::string(option.name);
    if (const std::string value = value_for(option, random); !value.empty()) text += " " + value;
  }
  return text;
}

bool is_iptables(const Lines& lines) {
  for (const std::string& line : lines)
    if (line.starts_with('*') || line.starts_with("-A")) return true;
  return false;
}

void change(Lines& lines, Random& random, std::size_t most) {
  const std::size_t at = random.below(lines.size());
  std::string& line = lines[at];
  const auto insert = [&](std::string text) { lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(random.below(lines.size() + 1)), std::move(text)); };
  if (is_iptables(lines) && random.one_in(3)) {
    if (line.starts_with("-A")) {
      const std::size_t jump = std::min(line.find(" -j "), line.size());
      const std::string text = clause(random);
      if (text.find(" -j ") != std::string::npos) line = line.substr(0, jump) + text;
      else line.insert(jump, text);
      return;
    }
    static constexpr std::string_view chains[] = {"INPUT", "OUTPUT", "FORWARD", "PREROUTING", "POSTROUTING", "web", "x"};
    return insert("-A " + std::string(random.of(chains)) + clause(random) + (random.one_in(2) ? " -j ACCEPT" : ""));
  }
  switch (random.below(7)) {
    case 0: lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at)); return;
    case 1: return insert(line);
    case 2: std::swap(line, random.of(lines)); return;
    case 3: line = bytes_mutated(line, std::min<std::size_t>(most, line.size() + 32)); return;
    default: {  // a word in the place of another, or beside it, or none
      auto words = words_of(line);
      const auto others = words_of(random.of(lines));
      if (words.empty()) return insert("");
      const std::size_t place = random.below(words.size());
      if (others.empty() || random.one_in(3)) words.erase(words.begin() + static_cast<std::ptrdiff_t>(place));
      else if (random.one_in(2)) words[place] = others[random.below(others.size())];
      else words.insert(words.begin() + static_cast<std::ptrdiff_t>(place), others[random.below(others.size())]);
      line = joined(words, " ");
      if (!line.empty()) line.pop_back();
    }
  }
}

std::size_t give(const std::string& text, std::uint8_t* out, std::size_t most) {
  const std::size_t size = std::min(text.size(), most);
  std::memcpy(out, text.data(), size);
  return size;
}

std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  Random random(seed);
  const std::string_view text = text_of(data, size);
  if (size == 0 || random.one_in(4)) return LLVMFuzzerMutate(data, size, most);
  if (auto root = read_json(text)) {
    for (std::size_t changes = 1 + random.below(3); changes > 0; --changes) change(*root, random, most);
    const std::string out = written(*root, random);
    return out.size() <= most ? give(out, data, most) : LLVMFuzzerMutate(data, size, most);
  }
  Lines lines = lines_of(text);
  for (std::size_t changes = 1 + random.below(3); changes > 0 && !lines.empty(); --changes) change(lines, random, most);
  return give(joined(lines, "\n"), data, most);
}

/// A part of the second input in the first one.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size, const std::uint8_t* second, std::size_t second_size, std::uint8_t* out,
                                                 std::size_t most, unsigned seed) {
  Random random(seed);
  auto root = read_json(text_of(first, first_size));
  auto other = read_json(text_of(second, second_size));
  if (root && other) {
    std::vector<Json*> all, others;
    collect(*root, all);
    collect(*other, others);
    put(*random.of(all), *random.of(others), random, keys_of(others));
    return give(written(*root, random), out, most);
  }
  Lines lines = lines_of(text_of(first, first_size));
  const Lines more = lines_of(text_of(second, second_size));
  if (!more.empty()) {
    const std::size_t from = random.below(more.size()), count = 1 + random.below(std::min<std::size_t>(more.size() - from, 20));
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(random.below(lines.size() + 1)), more.begin() + static_cast<std::ptrdiff_t>(from),
                 more.begin() + static_cast<std::ptrdiff_t>(from + count));
  }
  return give(joined(lines, "\n"), out, most);
}
