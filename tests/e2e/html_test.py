"""`--format html`: one file that needs nothing else, the same bytes for the same results and date. What it is like to use is told by tests/browser."""
import re
import unittest

from program import BLOCKING, BROKEN, COMPLIANT, FINDINGS, FIXTURES, INCOMPLETE, OK, USAGE, ProgramTest


class Html(ProgramTest):
    def date_of(self, *arguments, **environment):
        return re.search(r"<time datetime=\"(.*?)\">", self.expect(OK, "check", "--format", "html", *arguments, "good.rules", **environment))[1]

    def test_the_date_is_what_one_says_or_today(self):
        self.write("good.rules", COMPLIANT)
        self.assertEqual(self.date_of("--report-date", "2026-03-14"), "2026-03-14")
        self.assertEqual(self.date_of(SOURCE_DATE_EPOCH="86400"), "1970-01-02")
        self.assertEqual(self.date_of(SOURCE_DATE_EPOCH="253402300799"), "9999-12-31")
        self.assertEqual(self.date_of("--report-date", "2026-03-14", SOURCE_DATE_EPOCH="86400"), "2026-03-14")
        self.assertRegex(self.date_of(), r"^20\d\d-\d\d-\d\d$")
        for arguments, environment in ((("--report-date", "14.3.2026"), {}), (("--report-date", "2026-02-30"), {}), ((), {"SOURCE_DATE_EPOCH": "soon"})):
            self.expect(USAGE, "check", "--format", "html", *arguments, "good.rules", **environment)
            self.assertIn("report-date" if arguments else "SOURCE_DATE_EPOCH", self.errors)

    def test_same_results_same_bytes_on_any_number_of_threads(self):
        for number in range(12):
            self.write(f"{number}.rules", BLOCKING if number % 3 else COMPLIANT)
        run = lambda jobs: self.expect(FINDINGS, "check", "--jobs", jobs, "--report-date", "2026-03-14", "--format", "html", ".")
        self.assertEqual(run(1), run(4))

    def test_a_file_that_is_not_understood_is_no_green_row(self):
        self.write("broken.rules", BROKEN)
        self.write("empty.rules", "")
        page = self.expect(INCOMPLETE, "check", "--format", "html", "broken.rules", "empty.rules")
        self.assertIn("could not be analysed to the end", page)
        self.assertNotIn("are permitted as documented", page)
        self.assertIn(">not analysed<", page)
        self.assertIn(">only partly analysed<", page)

    def test_every_flow_of_a_file_is_a_cell_with_evidence(self):
        page = self.expect(FINDINGS, "check", "--format", "html", FIXTURES / "iptables/web-server.rules")
        cells = re.findall(r'<td class="v-[a-z-]+"><a href="#([^"]*)">', page)
        self.assertEqual(len(cells), 10)
        for cell in cells:
            self.assertIn(f'id="{cell}"', page)
        self.assertEqual(page.count('<ol class="way">'), page.count("A packet that shows it"))
        self.assertIn("<b>filter OUTPUT</b> <small>line 68</small> <code>-A OUTPUT -j REJECT --reject-with icmp-admin-prohibited</code> → <b>reject", page)

    def test_audit_has_one_too(self):
        page = self.expect(FINDINGS, "audit", "--format", "html", FIXTURES / "audit/exposure-services.rules")
        self.assertIn("Firewall rule audit", page)
        self.assertIn('class="finding s-error', page)

    def test_the_matrix_is_drawn(self):
        self.write("a.rules", COMPLIANT)
        page = self.expect(OK, "audit", "--isolated", "--matrix", "--fail-on", "never", "--format", "html", "--role-address", "rightscale=192.0.2.0/24", "a.rules")
        self.assertIn("<caption>Who may open what here</caption>", page)
        self.assertIn("<caption>What may be opened from here</caption>", page)
        self.assertRegex(page, r'<th scope="row">NTP <small>udp/123</small></th>(<td.*?</td>)*<td class="p-permitted"><details><summary>'
                               r'<i aria-hidden="true">✓</i> permitted <small>line 8</small>')
        self.assertNotIn('<table class="who">', self.expect(OK, "audit", "--isolated", "--fail-on", "never", "--format", "html", "a.rules"))


if __name__ == "__main__":
    unittest.main()
