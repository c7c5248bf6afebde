#include "sample.h"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace wallcheck;
using Json = nlohmann::ordered_json;
using sample::context;
using sample::render;

TEST_CASE("json: the contract's shape, with its keys in its order") {
  const Json expected = Json::parse(R"json({
 "schema": "wallcheck/1",
 "tool": {
  "name": "wallcheck",
  "version": "0.1.0"
 },
 "policy": {
  "id": "rightscale",
  "version": "2015-06"
 },
 "files": [
  {
   "path": "web.rules",
   "format": "iptables",
   "status": "analysed",
   "site": {
    "role": "cloud",
    "position": "host",
    "chosen_by": "default"
   },
   "flows": [
    {
     "id": "monitoring",
     "number": 1,
     "traffic": "Monitoring",
     "direction": "egress",
     "verdict": "reversed",
     "services": [
      {
       "name": "collectd",
       "protocol": "udp",
       "ports": "3011",
       "verdict": "reversed",
       "legs": {
        "open": "blocked"
       },
       "decided_by": [
        {
         "line": 6,
         "column": 1,
         "text": "-A OUTPUT -j DROP",
         "effect": "drop",
         "packets": "udp any:1024-65535 > any:3011",
         "list": "filter OUTPUT"
        }
       ],
       "witness": {
        "hook": "OUTPUT",
        "proto": "udp",
        "src": "10.0.0.1",
        "dst": "54.225.248.129",
        "sport": 1024,
        "dport": 3011,
        "state": "NEW",
        "ct_dir": "ORIGINAL",
        "out_iface": "eth0"
       },
       "witness_shows": "dropped",
       "assumptions": [],
       "wrong_way": [
        {
         "line": 3,
         "column": 1,
         "text": "-A INPUT -p udp --dport 3011 -j ACCEPT",
         "effect": "accept",
         "packets": "udp any:1024-65535 > any:3011",
         "list": "filter INPUT"
        }
       ]
      }
     ]
    },
    {
     "id": "ntp",
     "number": 2,
     "traffic": "NTP",
     "direction": "egress",
     "verdict": "permitted",
     "services": [
      {
       "name": "NTP",
       "protocol": "udp",
       "ports": "123",
       "verdict": "permitted",
       "legs": {
        "open": "permitted",
        "onward": "permitted",
        "reply": "permitted"
       },
       "decided_by": [
        {
         "line": 4,
         "column": 1,
         "text": "-A OUTPUT -p udp --dport 123 -j ACCEPT",
         "effect": "accept",
         "packets": "udp any:1024-65535 > any:123",
         "list": "filter OUTPUT"
        }
       ],
       "witness": {
        "hook": "OUTPUT",
        "proto": "udp",
        "src": "10.0.0.1",
        "dst": "54.225.248.129",
        "sport": 1024,
        "dport": 123,
        "state": "NEW",
        "ct_dir": "ORIGINAL",
        "out_iface": "eth0"
       },
       "witness_shows": "accepted",
       "assumptions": []
      }
     ]
    },
    {
     "id": "rightnet",
     "number": 4,
     "traffic": "RightNet",
     "direction": "egress",
     "verdict": "partial",
     "services": [
      {
       "name": "HTTPS",
       "protocol": "tcp",
       "ports": "443",
       "verdict": "partial",
       "legs": {
        "open": "partial",
        "onward": "conditional",
        "reply": "conditional"
       },
       "decided_by": [
        {
         "line": 6,
         "column": 1,
         "text": "-A OUTPUT -j DROP",
         "effect": "drop",
         "packets": "tcp any:1024-65535 > 54.225.248.128/27:443",
         "list": "filter OUTPUT"
        }
       ],
       "witness": {
        "hook": "OUTPUT",
        "proto": "tcp",
        "src": "10.0.0.1",
        "dst": "54.225.248.129",
        "sport": 1024,
        "dport": 443,
        "tcp_flags": "SYN",
        "state": "NEW",
        "ct_dir": "ORIGINAL",
        "out_iface": "eth0"
       },
       "witness_shows": "dropped",
       "assumptions": [
        {
         "line": 5,
         "column": 49,
         "text": "-m recent --rcheck",
         "why": "depends on traffic seen before"
        }
       ],
       "passes": [
        "tcp any:1024-65535 > 54.86.63.128/26:443"
       ],
       "fails": [
        "tcp any:1024-65535 > 54.225.248.128/27:443"
       ]
      }
     ]
    },
    {
     "id": "user-api",
     "number": 6,
     "traffic": "User API Traffic",
     "direction": "not-applicable",
     "verdict": "not-applicable",
     "note": "it runs from user to rightscale",
     "services": []
    }
   ],
   "findings": [
    {
     "code": "WC102",
     "severity": "error",
     "line": 3,
     "column": 1,
     "end_line": 3,
     "end_column": 39,
     "message": "flow 1 \"Monitoring\" is reversed: the firewall lets udp/3011 in, but not out",
     "flow": "monitoring",
     "fix": {
      "available": true,
      "title": "let collectd (udp/3011) out",
      "diff": "--- web.rules\n+++ web.rules\n@@ -3,5 +3,6 @@\n -A INPUT -p udp --dport 3011 -j ACCEPT\n -A OUTPUT -p udp --dport 123 -j ACCEPT\n -A OUTPUT -d 54.86.63.128/26 -p tcp --dport 443 -m recent --rcheck -j ACCEPT\n+-A OUTPUT -p udp -m udp --dport 3011 -j ACCEPT\n -A OUTPUT -j DROP\n COMMIT\n",
      "changes": "+udp any > any:3011 out, nothing else",
      "verdict": "permitted",
      "opens": "to any address: --role-address rightscale=CIDR narrows it",
      "explanation": "Monitoring is blocked by line 9."
     },
     "related": [
      {
       "line": 6,
       "column": 1,
       "text": "here it is stopped"
      }
     ]
    },
    {
     "code": "WC103",
     "severity": "error",
     "line": 6,
     "column": 1,
     "end_line": 6,
     "end_column": 18,
     "message": "flow 4 \"RightNet\" is partly blocked",
     "flow": "rightnet",
     "fix": {
      "available": false
     }
    },
    {
     "code": "WC301",
     "severity": "warning",
     "line": 5,
     "column": 49,
     "end_line": 5,
     "end_column": 58,
     "message": "the rule never matches",
     "fix": {
      "available": false
     },
     "suppressed_by": "replaced in March"
    }
   ],
   "coverage": {
    "rules": 4,
    "modelled": 3,
    "opaque": 1,
    "unrecognised": 0
   }
  }
 ],
 "summary": {
  "files": 1,
  "flows": 4,
  "permitted": 1,
  "findings": {
   "error": 2,
   "warning": 0,
   "note": 0
  },
  "suppressed": 1
 }
})json");
  CHECK(render("json", context(), {sample::web_rules()}) == expected.dump(2) + "\n");
}

TEST_CASE("json: pure ASCII and well-formed, whatever the input's bytes") {
  const std::string text = render("json", context(), {sample::hostile(), sample::unreadable(), sample::web_rules()});
  CHECK(std::ranges::all_of(text, [](unsigned char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  const Json parsed = Json::parse(text);
  CHECK(parsed["files"].size() == 3);
  CHECK(parsed["files"][0]["path"] == "bad\x1b[31m.rules");
  CHECK(parsed["files"][0]["status"] == "partly-analysed");
  CHECK(parsed["files"][0]["site"]["group"] == "sg-1\x1b[2J");
  CHECK(parsed["files"][1]["format"].is_null());
  CHECK(parsed["files"][1]["status"] == "failed");
  CHECK(parsed["files"][1]["findings"][0]["line"] == 1);
  CHECK(parsed["summary"]["files"] == 3);
}

TEST_CASE("json: bytes that are not UTF-8 are replaced, not an error") {
  check::FileResult file = sample::web_rules();
  file.sites[0].findings[0].diagnostic.message = "caf\xe9";
  const Json parsed = Json::parse(render("json", context(), {file}));
  CHECK(parsed["files"][0]["findings"][0]["message"] == "caf\xef\xbf\xbd");
}

TEST_CASE("json: no file is a report too") {
  const Json parsed = Json::parse(render("json", context(), {}));
  CHECK(parsed["files"] == Json::array());
  CHECK(parsed["summary"]["flows"] == 0);
}

TEST_CASE("json: an entry a site") {
  check::FileResult file = sample::web_rules();
  file.sites.push_back(file.sites[0]);
  file.sites[0].group = "sg-1";
  file.sites[1].group = "sg-2";
  const Json parsed = Json::parse(render("json", context(), {file}));
  REQUIRE(parsed["files"].size() == 2);
  CHECK(parsed["files"][1]["site"]["group"] == "sg-2");
  CHECK(parsed["summary"]["files"] == 1);
  CHECK(parsed["summary"]["flows"] == 8);
}
