// Words of iptables-save, ip6tables-save, iptables-nft-save and iptables-restore files.
//
// Coarse and total: one token a word, and every byte is part of some token, so that the lexer never fails and every error
// comes from the parser with what it expected. What a word means (an option, a module, a chain) is not decided here; the
// option tables in analyzer/frontend/iptables know that. Words are split as iptables-restore does it: blanks end a
// word, a double quote opens a text in which \ takes the next character as it is, and the closing quote ends the word.
lexer grammar IptablesLexer;

tokens { WORD, COUNTERS, JUNK }

// --- The beginning of a line says what kind of line it is. ---

NEWLINE      : '\r'* '\n' ;
COMMENT      : '#' ~[\n]* ;
STAR         : '*' -> mode(WORDS) ;
COLON        : ':' -> mode(WORDS) ;
COMMIT       : 'COMMIT' -> mode(WORDS) ;
FAMILY       : '-4' | '--ipv4' | '-6' | '--ipv6' ;
LINE_COUNTERS : '[' [0-9]+ ':' [0-9]+ ']' -> type(COUNTERS) ;

APPEND       : ('-A' | '--append') -> mode(WORDS) ;
INSERT       : ('-I' | '--insert') -> mode(WORDS) ;
REPLACE      : ('-R' | '--replace') -> mode(WORDS) ;
DELETE       : ('-D' | '--delete') -> mode(WORDS) ;
NEW_CHAIN    : ('-N' | '--new-chain' | '--new') -> mode(WORDS) ;
POLICY       : ('-P' | '--policy') -> mode(WORDS) ;
RENAME_CHAIN : ('-E' | '--rename-chain') -> mode(WORDS) ;
DELETE_CHAIN : ('-X' | '--delete-chain') -> mode(WORDS) ;
FLUSH        : ('-F' | '--flush') -> mode(WORDS) ;
ZERO         : ('-Z' | '--zero') -> mode(WORDS) ;

LINE_BLANKS  : [ \t]+ -> skip ;
OTHER        : (~[ \t\r\n"*:#\u0000] ~[ \t\r\n"\u0000]*) -> mode(WORDS) ;
LINE_JUNK    : . -> type(JUNK) ;

// --- The rest of the line. ---

mode WORDS;

LINE_END      : '\r'* '\n' -> type(NEWLINE), mode(DEFAULT_MODE) ;
WORD_COUNTERS : '[' [0-9]+ ':' [0-9]+ ']' -> type(COUNTERS) ;
PLAIN_WORD    : ~[ \t\r\n"\u0000]+ -> type(WORD) ;
QUOTED        : ~[ \t\r\n"\u0000]* '"' TEXT* '"' ;
UNTERMINATED  : ~[ \t\r\n"\u0000]* '"' TEXT* '\\'? ;
WORD_BLANKS   : [ \t]+ -> skip ;
WORD_JUNK     : . -> type(JUNK) ;

fragment TEXT : ~["\\\n\u0000] | '\\' ~[\n\u0000] ;
