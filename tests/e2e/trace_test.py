"""wallcheck trace: packets in words and probes, as the kernel test and people use it."""
import json
import unittest

from program import BROKEN, COMPLIANT, FIXTURES, INCOMPLETE, OK, USAGE, ProgramTest

MARKED = """*mangle
:OUTPUT ACCEPT [0:0]
-A OUTPUT -p tcp --dport 8080 -j MARK --set-xmark 0x7/0xffffffff
COMMIT
*filter
:OUTPUT DROP [0:0]
:web - [0:0]
-A OUTPUT -m mark --mark 0x7 -j web
-A web -m recent --rcheck --name known --rsource -j REJECT
-A web -j ACCEPT
COMMIT
"""


class Trace(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("f.rules", COMPLIANT)
        self.write("marked.rules", MARKED)

    def test_a_packet_step_by_step(self):
        out = self.expect(OK, "trace", "marked.rules", "--packet", "tcp 10.0.0.5:40000 > 192.0.2.1:8080 out eth0 new", "--packet", "udp any > any out eth0")
        self.assertEqual(out, """\
undecided: tcp 10.0.0.5:40000 > 192.0.2.1:8080 out eth0 new
  mangle OUTPUT  3  -A OUTPUT -p tcp --dport 8080 -j MARK --set-xmark 0x7/0xffffffff -> mark 0x7
  mangle OUTPUT  2  policy ACCEPT of mangle OUTPUT -> policy accept
  filter OUTPUT  8  -A OUTPUT -m mark --mark 0x7 -j web -> jump to web
  filter OUTPUT  9  filter web: -A web -m recent --rcheck --name known --rsource -j REJECT -> reject
  leaves as tcp 10.0.0.5:40000 > 192.0.2.1:8080 out eth0 new mark 0x7
  depends on line 9: -m recent --rcheck --name known --rsource (depends on traffic seen before)
  (the steps are one of the ways it can go)

drop: udp 10.0.0.1:40000 > 10.0.0.2:80 out eth0 new
  mangle OUTPUT  2  policy ACCEPT of mangle OUTPUT -> policy accept
  filter OUTPUT  6  policy DROP of filter OUTPUT -> policy drop
""")

    def test_probes(self):
        probes = [{"hook": "OUTPUT", "proto": "tcp", "dport": 443}, {"hook": "INPUT", "proto": "tcp", "dport": 22}]
        self.write("probes.json", json.dumps(probes))
        traces = json.loads(self.expect(OK, "trace", "--packets", "probes.json", "--format", "json", "f.rules"))
        self.assertEqual([trace["verdict"] for trace in traces], ["accept", "drop"])
        self.assertEqual(traces[0]["rule"]["line"], 9)
        self.assertEqual(traces[0]["rule"]["text"], "-A OUTPUT -p tcp -m multiport --dports 80,443 -j ACCEPT")
        self.assertEqual(traces[1]["rule"]["default"], True)
        for trace in traces:
            self.assertLessEqual({"verdict", "rule", "steps", "assumptions"}, set(trace))
        self.assertEqual(traces, json.loads(self.expect(OK, "trace", "f.rules", "-f", "json", "--packets", "-", stdin=json.dumps(probes).encode())))
        self.assertEqual(json.loads(self.expect(OK, "trace", "f.rules", "-f", "json", "--packets", "-", stdin=b"[]")), [])
        self.assertEqual(json.loads(self.expect(OK, "trace", "-", "-f", "json", "--packets", "probes.json", stdin=COMPLIANT.encode())), traces)

    def test_a_side_file(self):
        directory = FIXTURES / "iptables"
        arguments = ["trace", directory / "fail2ban-ipset.rules", "--packet", "tcp 192.0.2.1 > 10.0.0.1:22 in eth0", "-f", "json"]
        (alone,) = json.loads(self.expect(OK, *arguments))
        self.assertEqual(alone["verdict"], "undecided")
        (with_sets,) = json.loads(self.expect(OK, *arguments, "--ipset", directory / "fail2ban-ipset.ipset"))
        self.assertNotEqual(with_sets["verdict"], "undecided")

    def test_bad_usage(self):
        for arguments, sentence in (
            (["f.rules"], "trace needs --packet or --packets"),
            (["--packet", "tcp any > any"], "trace needs one FILE"),
            (["f.rules", "f.rules", "--packet", "tcp any > any"], "trace needs one FILE"),
            (["f.rules", "--packet", "tpc any > any"], '--packet: "tpc" is not a protocol'),
            (["f.rules", "--packets", "gone.json"], "--packets: gone.json cannot be read: No such file or directory"),
            (["-", "--packets", "-"], "only one of FILE and --packets can be standard input"),
            (["f.rules", "--packet", "tcp any > any", "--format", "sarif"], "--format needs one of text, json, not \"sarif\""),
            (["f.rules", "--packet", "tcp ::1 > any"], "the file filters IPv4 only"),
        ):
            with self.subTest(arguments):
                self.assertEqual(self.expect(USAGE, "trace", *arguments), "")
                self.assertIn(sentence, self.errors)
        self.expect(USAGE, "trace", "f.rules", "--packets", "-", stdin=b'[{}, {"dprot": 80}]')
        self.assertIn('-: probe 1: "dprot" is not a key of a packet; did you mean "dport"?', self.errors)

    def test_what_is_not_understood(self):
        self.write("broken.rules", BROKEN)
        (trace,) = json.loads(self.expect(INCOMPLETE, "trace", "broken.rules", "-f", "json", "--packet", "udp any > any:123 out eth0"))
        self.assertIn("broken.rules:8:14: WC901", self.errors)
        self.assertEqual(trace["verdict"], "undecided")
        self.expect(INCOMPLETE, "trace", "gone.rules", "--packet", "tcp any > any")
        self.expect(INCOMPLETE, "trace", "/dev/zero", "--packet", "tcp any > any")


if __name__ == "__main__":
    unittest.main()
