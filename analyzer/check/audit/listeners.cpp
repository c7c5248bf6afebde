#include "check/audit/listeners.h"

#include "ir/packet.h"

namespace wallcheck::check::audit {

namespace {

constexpr std::uint8_t tcp = ir::protocol::tcp, udp = ir::protocol::udp;

/// Ports as IANA and the programs' manuals give them. SSH is meant for networks that nobody trusts: a warning, the rest is an error.
constexpr Listener table[] = {
    {"WC201", "SSH", tcp, 22, 22, Severity::warning},
    {"WC201", "Telnet", tcp, 23, 23, Severity::error},
    {"WC201", "SMB", tcp, 445, 445, Severity::error},
    {"WC201", "IPMI", udp, 623, 623, Severity::error},
    {"WC201", "RDP", tcp, 3389, 3389, Severity::error},
    {"WC201", "RDP", udp, 3389, 3389, Severity::error},
    {"WC201", "VNC", tcp, 5900, 5903, Severity::error},
    {"WC201", "WinRM", tcp, 5985, 5986, Severity::error},
    {"WC204", "SQL Server", tcp, 1433, 1433, Severity::error},
    {"WC204", "SQL Server Browser", udp, 1434, 1434, Severity::error},
    {"WC204", "Oracle", tcp, 1521, 1521, Severity::error},
    {"WC204", "MySQL", tcp, 3306, 3306, Severity::error},
    {"WC204", "PostgreSQL", tcp, 5432, 5432, Severity::error},
    {"WC204", "CouchDB", tcp, 5984, 5984, Severity::error},
    {"WC204", "Redis", tcp, 6379, 6379, Severity::error},
    {"WC204", "Cassandra", tcp, 9042, 9042, Severity::error},
    {"WC204", "Elasticsearch", tcp, 9200, 9200, Severity::error},
    {"WC204", "memcached", tcp, 11211, 11211, Severity::error},
    {"WC204", "memcached", udp, 11211, 11211, Severity::error},
    {"WC204", "MongoDB", tcp, 27017, 27019, Severity::error},
    {"WC205", "Docker", tcp, 2375, 2376, Severity::error},
    {"WC205", "etcd", tcp, 2379, 2380, Severity::error},
    {"WC205", "Kubernetes API", tcp, 6443, 6443, Severity::error},
    {"WC205", "Consul", tcp, 8500, 8500, Severity::error},
    {"WC205", "kubelet", tcp, 10250, 10250, Severity::error},
    {"WC205", "kubelet (read only)", tcp, 10255, 10255, Severity::error},
};

}  // namespace

std::span<const Listener> listeners() { return table; }

}  // namespace wallcheck::check::audit
