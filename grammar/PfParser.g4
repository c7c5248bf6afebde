// Statements of pf.conf(5), after macros, comments and continued lines are gone (see PfLexer.g4).
//
// LL(1): one token of look-ahead decides everywhere. No tree is built: tokens go to a StatementSink part by part, and `end` hands
// over a statement when its line is complete. A rule is a row of parts; which parts a kind of rule may have, how often and in which
// order, is a table in analyzer/frontend/pf/statement.cpp: so the message can say "quick stands before on" and not "unexpected quick".
// Newlines are tokens: they end statements, and lists in braces may go over several lines.
parser grammar PfParser;

options { tokenVocab = PfLexer; superClass = ParserBase; }

@parser::postinclude {
#include "frontend/antlr/parser_base.h"
#include "frontend/pf/statements.h"
}

@parser::members {
wallcheck::frontend::pf::StatementSink* sink = nullptr;
}

file : line* EOF ;

line
  : NEWLINE
  | ( ACTION | BLOCK | SCRUB | NAT | ETHER | ANTISPOOF | ANCHOR | CALL )  {sink->begin(last());}
    part* rule_end
  | NO                                                                   {sink->begin(last());}
    ( SCRUB | NAT )                                                      {sink->negated(last());}
    part* rule_end
  | RBRACE                                                               {sink->begin(last());}
    NEWLINE                                                              {sink->end(last());}
  | LOAD                                                                 {sink->begin(last());}
    ANCHOR name FROM name NEWLINE                                        {sink->end(last());}
  | INCLUDE                                                              {sink->begin(last());}
    name NEWLINE                                                         {sink->end(last());}
  | TABLE                                                                {sink->begin(last());}
    LT name GT ( name | table_list )* NEWLINE                            {sink->end(last());}
  | SET                                                                  {sink->begin(last());}
    ( name | COMMA                                                       {sink->token(last());}
    | values | group )+
    NEWLINE                                                              {sink->end(last());}
  | ( ALTQ | QUEUE )                                                     {sink->begin(last());}
    ( name | COMMA                                                       {sink->token(last());}
    | values | group )+
    NEWLINE                                                              {sink->end(last());}
  ;

rule_end
  : LBRACE NEWLINE                                                       {sink->open(last());}
  | NEWLINE                                                              {sink->end(last());}
  ;

// --- Parts of rules: the word that names one, then its tokens. ---

part
  : ( DIRECTION | QUICK | FAMILY | ALL | FLAG | POOL | ACTION | BLOCK | AF_TO )  {sink->part(last());}
  | ( LOG | RETURN | SCRUB )  {sink->part(last());} group?
  | ON                        {sink->part(last());} interfaces
  | ( PROTO | OS )            {sink->part(last());} words
  | ( FROM | TO )             {sink->part(last());} ( hosts | PORT {sink->token(last());} comparisons )
  | ( PORT | USER )           {sink->part(last());} comparisons
  | FLAGS                     {sink->part(last());} ( word ( SLASH {sink->token(last());} word )? | SLASH {sink->token(last());} word )
  | ICMP_TYPE                 {sink->part(last());} icmp_types
  | KEEP                      {sink->part(last());} STATE group?
  | NO                        {sink->part(last());} STATE
  | ( TRANSLATE | ROUTE_TO | ARROW )  {sink->part(last());} hosts
  | NOT                       {sink->part(last());} NEGATABLE {sink->token(last());} name
  | NEGATABLE                 {sink->part(last());} name
  | SET                       {sink->part(last());} ( option_in_set | LPAREN option_in_set ( COMMA? option_in_set )* RPAREN )
  | ( OPTION | QUEUE )        {sink->part(last());} argument
  | ( WORD | STRING )         {sink->part(last());} ( SLASH {sink->token(last());} word )*
  ;

option_in_set : ( OPTION | QUEUE ) {sink->token(last());} argument ;

argument : name ( SLASH {sink->token(last());} name )? | group ;

// --- Lists: braces may hold several, over several lines, with or without commas. ---

interfaces
  : interface_item
  | LBRACE {sink->token(last());} newlines ( interface_item newlines comma )+ RBRACE {sink->token(last());}
  ;
interface_item : ( NOT {sink->token(last());} )? ( word | LPAREN {sink->token(last());} word RPAREN {sink->token(last());} ) ;

words
  : word
  | LBRACE {sink->token(last());} newlines ( word newlines comma )+ RBRACE {sink->token(last());}
  ;

comparisons
  : comparison
  | LBRACE {sink->token(last());} newlines ( comparison newlines comma )+ RBRACE {sink->token(last());}
  ;
comparison
  : ( COMPARE | LT | GT ) {sink->token(last());} word
  | word ( RANGE {sink->token(last());} word )?
  ;

icmp_types
  : icmp_type
  | LBRACE {sink->token(last());} newlines ( icmp_type newlines comma )+ RBRACE {sink->token(last());}
  ;
icmp_type : word ( CODE {sink->token(last());} word )? ;

hosts
  : host
  | LBRACE {if (!sink->deeper(last())) abandon();} newlines ( hosts newlines comma )+ RBRACE {sink->shallower(last());}
  ;
table_list
  : LBRACE {if (!sink->deeper(last())) abandon();} newlines ( hosts newlines comma )* RBRACE {sink->shallower(last());}
  ;
host
  : ( NOT {sink->token(last());} )?
    ( word ( ( SLASH | MINUS ) {sink->token(last());} word )?
    | LT {sink->token(last());} name GT {sink->token(last());}
    | LPAREN {if (!sink->deeper(last())) abandon();} word host? RPAREN {sink->shallower(last());} ( SLASH {sink->token(last());} word )?
    | ROUTE {sink->token(last());} name
    )
  ;

comma    : ( COMMA {sink->token(last());} newlines )? ;
newlines : ( NEWLINE {sink->token(last());} )* ;

// Of `set` and queue statements.
values
  : LBRACE {sink->token(last());}
    ( name | ( COMMA | NOT | NEWLINE ) {sink->token(last());} )*
    RBRACE {sink->token(last());}
  ;

group
  : LPAREN {if (!sink->deeper(last())) abandon();}
    ( name | ( COMMA | SLASH | LT | GT ) {sink->token(last());} | group )*
    RPAREN {sink->shallower(last());}
  ;

word : ( WORD | STRING ) {sink->token(last());} ;

// Any word, also one that means something elsewhere.
name
  : ~( NEWLINE | LBRACE | RBRACE | LPAREN | RPAREN | LT | GT | NOT | COMPARE | RANGE | COMMA | SLASH | MINUS | ARROW | JUNK )
    {sink->token(last());}
  ;
