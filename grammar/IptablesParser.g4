// Lines of iptables-save, ip6tables-save, iptables-nft-save and iptables-restore files (iptables-restore(8)).
//
// LL(1): one token of look-ahead decides everywhere, so generated code is switches and loops. No tree is built: each
// line goes to a LineSink as soon as its end is seen. A line with a syntax error is reported and skipped to its end; its
// action is not called, the sink hears of it through the error.
parser grammar IptablesParser;

options { tokenVocab = IptablesLexer; superClass = ParserBase; }

@parser::postinclude {
#include "frontend/antlr/parser_base.h"
#include "frontend/iptables/lines.h"
}

@parser::members {
wallcheck::frontend::iptables::LineSink* sink = nullptr;
}

file : line* EOF ;

line
  : NEWLINE
  | COMMENT                                 {sink->comment(last());}
  | STAR WORD                               {sink->begin(last());}
    (NEWLINE | EOF)                         {sink->table();}
  | COLON WORD                              {sink->begin(last());}
    WORD                                    {sink->word(last());}
    COUNTERS? (NEWLINE | EOF)               {sink->chain();}
  | COMMIT                                  {sink->begin(last());}
    (NEWLINE | EOF)                         {sink->commit();}
  | COUNTERS?
    (FAMILY                                 {sink->family(last());} )?
    ( APPEND | INSERT | REPLACE | DELETE
    | NEW_CHAIN | POLICY | RENAME_CHAIN )   {sink->begin(last());}
    (WORD | QUOTED)                         {sink->word(last());}
    ( (WORD | QUOTED | COUNTERS)            {sink->word(last());} )*
    (NEWLINE | EOF)                         {sink->command();}
  | (FLUSH | ZERO | DELETE_CHAIN)           {sink->begin(last());}
    ( (WORD | QUOTED)                       {sink->word(last());} )*
    (NEWLINE | EOF)                         {sink->command();}
  ;
