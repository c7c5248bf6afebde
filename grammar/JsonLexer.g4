// Words of JSON texts (RFC 8259).
//
// Total: every byte is part of some token, so that the lexer never fails and every error comes from the parser with what it
// expected. A text without a backslash is a token of its own: it is its own value, nothing has to be taken out. Strings that
// RFC 8259 does not allow (a control character, an unknown escape, no closing quote) and words that are neither numbers nor
// literals are tokens too, that no rule takes.
lexer grammar JsonLexer;

LBRACE    : '{' ;
RBRACE    : '}' ;
LBRACKET  : '[' ;
RBRACKET  : ']' ;
COLON     : ':' ;
COMMA     : ',' ;
TRUE      : 'true' ;
FALSE     : 'false' ;
NULL_     : 'null' ;

PLAIN     : '"' ~["\\\u0000-\u001F]* '"' ;
ESCAPED   : '"' ( ~["\\\u0000-\u001F] | '\\' ( ["\\/bfnrt] | 'u' HEX HEX HEX HEX ) )* '"' ;
NUMBER    : '-'? ( '0' | [1-9] [0-9]* ) ( '.' [0-9]+ )? ( [eE] [+-]? [0-9]+ )? ;

BLANKS    : [ \t\r\n]+ -> skip ;
BOM       : '\u00EF' '\u00BB' '\u00BF' ;

BAD_STRING   : '"' ( ~["\\\n] | '\\' ~[\n] )* '"' ;
UNTERMINATED : '"' ( ~["\\\n] | '\\' ~[\n] )* '\\'? ;
WORD         : [a-zA-Z0-9_+.\-]+ ;
JUNK         : . ;

fragment HEX : [0-9a-fA-F] ;
