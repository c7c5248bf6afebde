// Words of pf.conf(5): OpenBSD 7, FreeBSD 14, and the OpenBSD 4 language that macOS kept.
//
// Coarse and total: every byte is part of some token, so that the lexer never fails and every error comes from the parser with
// what it expected. Words that are used alike are one token (all options with one argument are OPTION); which of them it is, the
// reader sees from the text. No word is reserved: where a name is wanted, the parser takes any of them.
// Before this, analyzer/frontend/pf/source_text has taken out comments, line continuation and macros, and put in what is included.
lexer grammar PfLexer;

NEWLINE : '\n' ;

LBRACE : '{' ;
RBRACE : '}' ;
LPAREN : '(' ;
RPAREN : ')' ;
LT     : '<' ;
GT     : '>' ;
NOT    : '!' ;
COMPARE : '=' | '!=' | '<=' | '>=' ;
RANGE  : '<>' | '><' ;
COMMA  : ',' ;
SLASH  : '/' ;
MINUS  : '-' ;
ARROW  : '->' ;

// --- Words that begin a statement. ---

SET       : 'set' ;
ACTION    : 'pass' | 'match' | 'dummynet' ;
BLOCK     : 'block' ;
SCRUB     : 'scrub' ;
NAT       : 'nat' | 'rdr' | 'binat' ;
NO        : 'no' ;
ETHER     : 'ether' ;
ANTISPOOF : 'antispoof' ;
ANCHOR    : 'anchor' ;
CALL      : 'nat-anchor' | 'rdr-anchor' | 'binat-anchor' | 'scrub-anchor' | 'dummynet-anchor' ;
LOAD      : 'load' ;
TABLE     : 'table' ;
INCLUDE   : 'include' ;
ALTQ      : 'altq' ;
QUEUE     : 'queue' ;

// --- Words that begin a part of a rule. ---

RETURN    : 'drop' | 'return' | 'return-rst' | 'return-icmp' | 'return-icmp6' ;
DIRECTION : 'in' | 'out' ;
LOG       : 'log' | 'log-all' ;
QUICK     : 'quick' ;
ON        : 'on' | 'for' ;
FAMILY    : 'inet' | 'inet6' ;
PROTO     : 'proto' ;
ALL       : 'all' ;
FROM      : 'from' ;
TO        : 'to' ;
PORT      : 'port' ;
OS        : 'os' ;
USER      : 'user' | 'group' ;
FLAGS     : 'flags' ;
ICMP_TYPE : 'icmp-type' | 'icmp6-type' ;
CODE      : 'code' ;
KEEP      : 'keep' | 'modulate' | 'synproxy' ;
STATE     : 'state' ;
ROUTE     : 'route' ;
ROUTE_TO  : 'route-to' | 'reply-to' | 'dup-to' ;
TRANSLATE : 'nat-to' | 'rdr-to' | 'binat-to' ;
AF_TO     : 'af-to' ;
NEGATABLE : 'tagged' | 'received-on' ;
POOL      : 'bitmask' | 'random' | 'source-hash' | 'round-robin' | 'least-states' | 'static-port' | 'sticky-address'
          | 'map-e-portset' | 'prefer-ipv6-nexthop' | 'endpoint-independent' ;
FLAG      : 'allow-opts' | 'once' | 'fragment' | 'no-df' | 'random-id' | 'divert-reply' | 'divert-packet' | 'fastroute' ;
OPTION    : 'label' | 'tag' | 'rtable' | 'prio' | 'probability' | 'tos' | 'set-tos' | 'min-ttl' | 'max-mss' | 'delay'
          | 'ridentifier' | 'max-pkt-rate' | 'max-pkt-size' | 'dnpipe' | 'dnqueue' | 'pipe' | 'divert-to' | 'bridge-to' ;

WORD   : [a-zA-Z0-9:_] WORD_CHAR* ;
STRING : '"' ( ~["\\] | '\\' . )* '"' | '\'' ( ~['\\] | '\\' . )* '\'' ;
BLANKS : [ \t\r]+ -> skip ;
JUNK   : . ;

// What isalnum(3) and ispunct(3) allow, without the signs above; a backslash never comes here.
fragment WORD_CHAR : [a-zA-Z0-9"$%&'*+\-.:;?@[\]^_`|~] ;
