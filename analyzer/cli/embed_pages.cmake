# cmake -DOUTPUT=pages.inc -DPAGES="a.md;b.md" -P embed_pages.cmake: one line `page("NAME", R"page(...)page"),` a file.
set(text "")
list(SORT PAGES)
foreach(path IN LISTS PAGES)
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} page)
  string(APPEND text "    page(\"${name}\", R\"page(${page})page\"),\n")
endforeach()
file(WRITE ${OUTPUT} "${text}")
